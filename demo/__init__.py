"""What the portal is shown with: servers and data that stand in for the city's own."""
