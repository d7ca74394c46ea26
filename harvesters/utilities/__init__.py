"""Files that utilities and city units publish: an HTML index, a JSON manifest, or Frictionless data packages."""
