"""Letters with marks and the letters without, in one table for Python and for SQL."""

from __future__ import annotations

from psycopg2 import sql

MARKED = "ąćęłńóśźżäöüßáéíúýčďěňřšťůžàâçèêëîïôùûãõåøŕĺľ"
PLAIN = "acelnoszzaousaeiuycdenrstuzaaceeeiiouuaoaorll"
FOLDED = str.maketrans(MARKED, PLAIN)


def fold_sql(text: sql.Composable) -> sql.Composable:
    """Lower case without marks, in PostgreSQL; capitals with marks too, for a database whose locale is C lowers only ASCII."""
    return sql.SQL("translate(lower({}), {}, {})").format(
        text, sql.Literal(MARKED + MARKED.upper().replace("SS", "")), sql.Literal(PLAIN + _upper_plain())
    )


def _upper_plain() -> str:
    # "ß" has no capital of one letter: it is left out on both sides.
    return "".join(plain for marked, plain in zip(MARKED, PLAIN, strict=True) if marked != "ß")
