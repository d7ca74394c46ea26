"""What tests of reading share."""

from ckanext.kielce.tables.shared import read


def one(path, **kwargs):
    """The only table of a file."""
    (table,) = read(path, **kwargs)
    return table


def found(table):
    """What was wrong with a table, by its code."""
    return {p.code: p for p in table.warnings}
