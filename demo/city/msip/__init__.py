"""The stand-in of MSIP: layers, MapServer and pycsw."""
