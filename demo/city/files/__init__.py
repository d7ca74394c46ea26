"""The files and feeds of the utilities and units: what they hold, how they are written."""
