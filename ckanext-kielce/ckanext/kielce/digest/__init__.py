"""The digest room: what became of a unit's sets, told once to whoever answers for them."""
