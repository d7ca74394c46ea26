"""Names of file formats: what descriptions say, what the bytes are, what people call it."""

from __future__ import annotations

TABULAR: frozenset[str] = frozenset(
    ("CSV", "TSV", "XLSX", "XLS", "ODS", "JSON", "GEOJSON", "GML", "GPKG", "SHP", "KML", "GTFS", "ZIP", "PARQUET")
)  # fmt: skip
"""Formats in which this room looks for a table (codes of the EU file-type vocabulary)."""

GEO: frozenset[str] = frozenset(("GEOJSON", "GML", "GPKG", "SHP", "KML"))

_SYNONYMS = {
    "TEXT/CSV": "CSV",
    "TEXT/TAB-SEPARATED-VALUES": "TSV",
    "TAB": "TSV",
    "APPLICATION/JSON": "JSON",
    "APPLICATION/GEO+JSON": "GEOJSON",
    "APPLICATION/VND.GEO+JSON": "GEOJSON",
    "APPLICATION/GML+XML": "GML",
    "APPLICATION/ZIP": "ZIP",
    "APPLICATION/PDF": "PDF",
    "APPLICATION/VND.MS-EXCEL": "XLS",
    "APPLICATION/VND.OPENXMLFORMATS-OFFICEDOCUMENT.SPREADSHEETML.SHEET": "XLSX",
    "APPLICATION/VND.OASIS.OPENDOCUMENT.SPREADSHEET": "ODS",
    "APPLICATION/GEOPACKAGE+SQLITE3": "GPKG",
    "GEOPACKAGE": "GPKG",
    "GEO JSON": "GEOJSON",
    "EXCEL": "XLSX",
    "SHAPEFILE": "SHP",
    "JPG": "JPEG",
    "HTM": "HTML",
    "TXT": "CSV",
    "TEXT": "CSV",
}

_SAME = (frozenset(("CSV", "TSV")), frozenset(("ZIP", "GTFS")), frozenset(("ZIP", "SHP")),
         frozenset(("JSON", "GEOJSON")), frozenset(("XML", "GML")), frozenset(("XML", "KML")))  # fmt: skip

_NAMES = {
    "PDF": ("dokument PDF", "a PDF document"),
    "IMAGE": ("obraz", "an image"),
    "HTML": ("strona WWW", "a web page"),
    "XML": ("plik XML bez tabeli", "an XML file without a table"),
    "DOCX": ("dokument tekstowy", "a text document"),
    "GZIP": ("plik spakowany gzip", "a gzip-packed file"),
    "BINARY": ("plik binarny nieznanego rodzaju", "a binary file of unknown kind"),
    "PROTOBUF": ("plik binarny", "a binary file"),
}


def canonical(declared: str | None) -> str | None:
    """The code for a declared format, media type or vocabulary URI ("…/file-type/CSV" is CSV); None when empty."""
    if not declared or not declared.strip():
        return None
    text = declared.strip()
    if text.startswith(("http://", "https://")):
        text = text.rstrip("/").rsplit("/", 1)[-1]
    text = text.split(";")[0].strip().lstrip(".").upper()
    return _SYNONYMS.get(text, text)


def agree(declared: str, actual: str) -> bool:
    """True when a description may rightly call ``actual`` by ``declared`` (a GeoJSON file is JSON)."""
    return declared == actual or any({declared, actual} <= pair for pair in _SAME)


def in_words(code: str) -> tuple[str, str]:
    """What people call a format, in Polish and English."""
    return _NAMES.get(code, (f"plik {code}", f"a {code} file"))
