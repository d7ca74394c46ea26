"""The city's table of ISO 37120 indicators."""
