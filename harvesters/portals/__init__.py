"""Catalogues of others: CKAN's action API, DCAT-AP in RDF, and the national portal dane.gov.pl."""
