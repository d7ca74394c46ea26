"""OGC APIs: Features (collections of map objects) and Records (catalogues)."""
