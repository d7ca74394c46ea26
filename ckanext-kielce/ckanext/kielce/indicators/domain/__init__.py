"""Pure domain of the indicator store: reading the printed table, rules, comparison and export. No CKAN import."""
