"""Actions and authorisation of the digest room."""
