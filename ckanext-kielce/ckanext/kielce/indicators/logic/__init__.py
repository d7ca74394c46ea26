"""Actions, authorisation and schemas of the indicator store."""
