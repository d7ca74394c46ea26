"""Raises, watches and tears down a whole portal on one machine. Standard library only: it runs before anything is installed."""

import os

# Where it is set (many container images do), each of the portal's processes compiles CKAN and its libraries anew for seconds.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
