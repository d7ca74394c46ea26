"""Actions, authorisation and schemas of the register."""
