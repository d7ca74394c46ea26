"""Raises, watches and tears down a whole portal on one machine. Standard library only: it runs before anything is installed."""
