"""Gathering evidence: what a dataset declares, and what its content really is."""
