"""Live interfaces that the portal registers without copying their values: outages, vehicles, statistics."""
