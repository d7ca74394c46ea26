"""The register room: every set that the city holds, open or not, and when it will be opened."""
