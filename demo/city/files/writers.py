"""Printing a table: CSV in the unit's style, XLSX with title rows, ODS, JSON, GeoJSON, a small PDF; byte for byte repeatable."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import os
import zipfile
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import xlsxwriter

from demo.city.files.model import FileSet, Period, Table

_ENCODINGS = {"cp1250": "windows-1250", "utf-8": "utf-8", "utf-8-sig": "utf-8"}
_DEFAULT_PERIOD = {"day": "day-iso", "month": "month", "quarter": "quarter", "year": "year"}


def declared_encoding(of: FileSet) -> str:
    """The encoding as the unit declares it (one set declares a wrong one)."""
    return of.declared_encoding or _ENCODINGS[of.encoding]


def _number(value: float | int, style: dict[str, Any], decimals: int | None) -> str:
    text = f"{value:.{decimals}f}" if decimals is not None else str(value)
    whole, dot, rest = text.partition(".")
    if style.get("thousands") and len(whole.lstrip("-")) > 3:
        whole = f"{int(whole):,}".replace(",", style["thousands"])
    return whole + (style.get("decimal", ".") + rest if dot else "")


def printed(value: Any, of: FileSet, decimals: int | None = None) -> str:
    """One cell as text in the set's style."""
    if value is None:
        return ""
    if isinstance(value, Period):
        return value.printed(of.style.get("period", _DEFAULT_PERIOD[value.grain]))
    if isinstance(value, bool):
        return "tak" if value else "nie"
    if isinstance(value, dt.datetime):
        return value.isoformat()
    if isinstance(value, dt.date):
        return f"{value:%d.%m.%Y}" if of.style.get("period") == "day-pl" else value.isoformat()
    if isinstance(value, int | float):
        return _number(value, of.style, decimals)
    return str(value)


def _decimals(of: FileSet, table: Table) -> list[int | None]:
    return [
        of.measures[c.name][6] if c.name in of.measures else (2 if c.type == "number" else None)
        for c in table.columns
    ]


def csv_bytes(of: FileSet, table: Table) -> bytes:
    """The table as CSV; ragged on purpose where the set is meant to be."""
    out = io.StringIO(newline="")
    writer = csv.writer(
        out, delimiter=of.delimiter, lineterminator="\r\n" if of.encoding == "cp1250" else "\n"
    )
    writer.writerow([c.name for c in table.columns])
    places = _decimals(of, table)
    for row in table.rows:
        writer.writerow(
            [printed(v, of, d) for v, d in zip(row, places, strict=False)]
            + [str(v) for v in row[len(places) :]]
        )
    return out.getvalue().encode(of.encoding)


def xlsx_bytes(of: FileSet, table: Table, today: dt.date) -> bytes:
    """A workbook as offices make it: some title rows above the header, real numbers and dates below."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "default_date_format": "yyyy-mm-dd"})
    book.set_properties({"title": of.title, "created": dt.datetime(today.year, today.month, 1)})  # noqa: DTZ001 - xlsxwriter wants naive
    sheet = book.add_worksheet("Dane")
    titles = [
        of.title,
        "Urząd Miasta Kielce i jednostki – dane przykładowe",
        f"Stan na {today:%d.%m.%Y} r.",
        "",
    ]
    first = int(of.style.get("title_rows", 0))
    for line, text in enumerate(titles[:first]):
        sheet.write(line, 0, text)
    bold = book.add_format({"bold": True})
    for column, about in enumerate(table.columns):
        sheet.write(first, column, about.title + (f" [{about.unit}]" if about.unit else ""), bold)
    for index, row in enumerate(table.rows, first + 1):
        for column, value in enumerate(row):
            if value is None:
                continue
            plain = isinstance(value, int | float | str | dt.date) and not isinstance(value, bool)
            if isinstance(value, Period) and value.grain == "year":
                sheet.write(index, column, value.start.year)
            elif plain:
                sheet.write(index, column, value)
            else:
                sheet.write(index, column, printed(value, of))
    book.close()
    return out.getvalue()


def ods_bytes(of: FileSet, table: Table) -> bytes:
    """A minimal OpenDocument spreadsheet."""

    def cell(value: Any) -> str:
        if isinstance(value, int | float) and not isinstance(value, bool):
            kind = f'office:value-type="float" office:value="{value}"'
            return f"<table:table-cell {kind}><text:p>{value}</text:p></table:table-cell>"
        return f'<table:table-cell office:value-type="string"><text:p>{escape(printed(value, of))}</text:p></table:table-cell>'

    lines = [[c.title for c in table.columns], *table.rows]
    body = "".join(f"<table:table-row>{''.join(cell(v) for v in line)}</table:table-row>" for line in lines)
    spaces = "".join(
        f' xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"' for n in ("office", "table", "text")
    )
    content = (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<office:document-content{spaces} office:version="1.2"><office:body><office:spreadsheet>'
        f'<table:table table:name="Dane">{body}</table:table></office:spreadsheet></office:body></office:document-content>'
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.2">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
    )
    return zip_bytes(
        {
            "mimetype": kind.encode(),
            "content.xml": content.encode(),
            "META-INF/manifest.xml": manifest.encode(),
        }
    )


def zip_bytes(files: dict[str, bytes]) -> bytes:
    """A zip archive with fixed times (the first entry is stored, as OpenDocument wants its mimetype)."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for index, (name, content) in enumerate(files.items()):
            entry = zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0))
            entry.compress_type = (
                zipfile.ZIP_STORED if index == 0 and name == "mimetype" else zipfile.ZIP_DEFLATED
            )
            archive.writestr(entry, content)
    return out.getvalue()


def _plain(value: Any, of: FileSet) -> Any:
    return printed(value, of) if isinstance(value, Period | dt.date) else value


def json_bytes(of: FileSet, table: Table) -> bytes:
    """A list of objects."""
    rows = [{c.name: _plain(v, of) for c, v in zip(table.columns, row, strict=True)} for row in table.rows]
    return json.dumps(rows, ensure_ascii=False, indent=1).encode()


def geojson_bytes(of: FileSet, table: Table) -> bytes:
    """A feature collection of points (WGS 84)."""
    features = [
        {
            "type": "Feature",
            "id": index,
            "geometry": {"type": "Point", "coordinates": list(place)},
            "properties": {c.name: _plain(v, of) for c, v in zip(table.columns, row, strict=True)},
        }
        for index, (row, place) in enumerate(zip(table.rows, table.places, strict=True), 1)
    ]
    return json.dumps(
        {"type": "FeatureCollection", "name": of.id, "features": features}, ensure_ascii=False, indent=1
    ).encode()


def pdf_bytes(of: FileSet, today: dt.date) -> bytes:
    """A one-page PDF 1.4 with the title, written by hand: nothing in it can be read as a table."""
    fold = str.maketrans("ąćęłńóśźżĄĆĘŁŃÓŚŹŻ–", "acelnoszzACELNOSZZ-")
    lines = [of.title, f"Rok {today.year - 1}", "Dane przykladowe", of.description]
    text = (
        "BT /F1 18 Tf 60 780 Td 24 TL "
        + " ".join(f"({line.translate(fold)}) Tj T*" for line in lines)
        + " ET"
    )
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(text)} >>\nstream\n{text}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out = "%PDF-1.4\n"
    offsets = []
    for number, content in enumerate(objects, 1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n{content}\nendobj\n"
    table = "".join(f"{o:010d} 00000 n \n" for o in offsets)
    start = len(out)
    count = len(objects) + 1
    out += f"xref\n0 {count}\n0000000000 65535 f \n{table}trailer\n<< /Size {count} /Root 1 0 R >>\n"
    out += f"startxref\n{start}\n%%EOF\n"
    return out.encode("latin-1")


def write(path: Path, content: bytes, modified: dt.datetime) -> None:
    """Write a file and give it the time at which the unit would have published it (aware datetime)."""

    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (modified.timestamp(), modified.timestamp()))
