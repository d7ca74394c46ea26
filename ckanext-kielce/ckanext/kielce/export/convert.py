"""The process that makes files which take memory and libraries: XLSX, Parquet, layers. Started by `export.child`.

    python -m ckanext.kielce.export.convert ORDER.json

Reads its order from a file, writes the target named in it and, when it cannot, one line of JSON with ``code`` and ``detail``
to standard output and ends with 3. CKAN is not loaded here, and nothing is fetched from anywhere.
"""

from __future__ import annotations

import contextlib
import csv
import datetime as dt
import json
import resource
import sys
from pathlib import Path
from typing import Any

from ckanext.kielce.export.refused import RefusedError

#: Rows of an Excel sheet under its header.
SHEET_ROWS = 1_048_575
#: Excel keeps fifteen digits; a longer number stays text. So does a day before its calendar begins.
EXACT = 10**15
FIRST_DAY = dt.date(1900, 3, 1)
CELL = 32_767
REFUSED = 3


def main(order_path: str) -> int:
    """Do one order; the exit code."""
    order: dict[str, Any] = json.loads(Path(order_path).read_text(encoding="utf-8"))
    bound = int(order["memory_mb"]) << 20
    resource.setrlimit(resource.RLIMIT_AS, (bound, bound))
    try:
        if order["form"] == "xlsx":
            xlsx(order)
        elif order["form"] == "parquet":
            parquet(order)
        else:
            from ckanext.kielce.export import convert_layer

            convert_layer.convert(order)
    except RefusedError as err:
        sys.stdout.write(json.dumps({"code": err.code, "detail": err.detail}) + "\n")
        return REFUSED
    except MemoryError:
        sys.stdout.write(json.dumps({"code": "too_large", "detail": ""}) + "\n")
        return REFUSED
    return 0


def xlsx(order: dict[str, Any]) -> None:
    """A workbook from plain CSV: the rows (a further sheet for each million), then what the columns mean.

    Written row by row, so that memory does not grow with the table. Texts are written as texts: nothing becomes a formula.
    """
    import xlsxwriter

    columns = order["columns"]
    book = xlsxwriter.Workbook(
        order["target"],
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "tmpdir": order["work"],
        },
    )
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    forms = {
        "date": book.add_format({"num_format": "yyyy-mm-dd"}),
        "datetime": book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
    }
    # A workbook says when it was made; the content's own date makes equal content equal bytes.
    book.set_properties({"title": order["title"], "created": dt.datetime.fromisoformat(order["made_for"])})
    csv.field_size_limit(sys.maxsize)
    with Path(order["source"]).open(encoding="utf-8", newline="") as source:
        rows = csv.reader(source)
        number, sheet, at = 0, None, SHEET_ROWS
        for row in rows:
            if sheet is None or at >= SHEET_ROWS:
                number += 1
                sheet = book.add_worksheet(order["sheet"] if number == 1 else f"{order['sheet']} {number}")
                sheet.freeze_panes(1, 0)
                sheet.set_column(0, len(columns) - 1, 16)
                for place, column in enumerate(columns):
                    sheet.write_string(0, place, column["title"], bold)
                at = 0
            at += 1
            for place, (value, column) in enumerate(zip(row, columns, strict=True)):
                if value:
                    _write(sheet, at, place, value, column["kind"], forms)
        if sheet is None:
            sheet = book.add_worksheet(order["sheet"])
            for place, column in enumerate(columns):
                sheet.write_string(0, place, column["title"], bold)
    about = book.add_worksheet(order["about_sheet"])
    about.set_column(0, 3, 30)
    for at, line in enumerate(order["about"]):
        for place, text in enumerate(line):
            about.write_string(at, place, str(text)[:CELL], bold if at == order["about_head"] else None)
    book.close()


def _write(sheet: Any, at: int, place: int, value: str, kind: str, forms: dict[str, Any]) -> None:
    if kind == "number":
        with contextlib.suppress(ValueError):
            number = float(value)
            if abs(number) < EXACT:
                sheet.write_number(at, place, number)
                return
    elif kind == "boolean":
        sheet.write_boolean(at, place, value == "true")
        return
    elif kind in forms:
        with contextlib.suppress(ValueError):
            moment = dt.datetime.fromisoformat(value)
            if moment.date() >= FIRST_DAY:
                sheet.write_datetime(at, place, moment.replace(tzinfo=None), forms[kind])
                return
    sheet.write_string(at, place, value[:CELL])


def parquet(order: dict[str, Any]) -> None:
    """Parquet from plain CSV with polars' streaming writer: columns with their types, dictionary and terms as metadata."""
    import polars as pl

    kinds = {column["name"]: (column["kind"], column["type"]) for column in order["columns"]}
    whole = ("integer", "bigint", "smallint")
    frame = pl.scan_csv(
        order["source"],
        has_header=False,
        schema=dict.fromkeys(kinds, pl.String),
    )
    made = []
    for name, (kind, type_) in kinds.items():
        column = pl.col(name)
        if kind == "number":
            column = column.cast(pl.Int64 if type_ in whole else pl.Float64, strict=False)
        elif kind == "boolean":
            column = column == "true"
        elif kind == "date":
            column = column.str.to_date("%Y-%m-%d", strict=False)
        elif kind == "datetime":
            column = column.str.slice(0, 26).str.to_datetime(
                "%Y-%m-%dT%H:%M:%S%.f", strict=False, time_unit="us"
            )
        made.append(column.alias(name))
    frame.select(made).sink_parquet(order["target"], metadata=order["metadata"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
