"""The sources that are harvested: made-up records and the servers that give them out."""
