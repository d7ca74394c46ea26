"""What a file truly is, read from its bytes and compared with what its description says."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ckanext.kielce.tables import encoding as enc
from ckanext.kielce.tables import formats
from ckanext.kielce.tables.archives import BROKEN
from ckanext.kielce.tables.limits import LIMITS, Limits
from ckanext.kielce.tables.problems import Problem, TableError, problem

_HEAD = 256 * 1024
_SAMPLE_LINES = 200
DELIMITERS: tuple[str, ...] = (";", "\t", ",", "|")


@dataclass(frozen=True, slots=True)
class Sniff:
    """A file as its bytes show it.

    ``format`` is a code of `formats` ("CSV", "PDF", "EMPTY" …), ``encoding`` Python's codec name or None for binary
    formats, ``delimiter`` that of a CSV. ``problems`` tell where the description is wrong or why there is no table.
    """

    format: str
    encoding: str | None = None
    delimiter: str | None = None
    bom: bool = False
    size: int = 0
    members: tuple[str, ...] = ()
    declared_format: str | None = None
    declared_encoding: str | None = None
    problems: list[Problem] = field(default_factory=list)

    @property
    def tabular(self) -> bool:
        """True when `read` should be tried."""
        return self.format in formats.TABULAR

    def as_dict(self) -> dict[str, Any]:
        """Plain data, for JSON."""
        return {
            "format": self.format,
            "encoding": self.encoding,
            "delimiter": self.delimiter,
            "bom": self.bom,
            "size": self.size,
            "members": list(self.members),
            "tabular": self.tabular,
            "problems": [p.as_dict() for p in self.problems],
        }


def sniff(
    path: Path | str,
    declared_format: str | None = None,
    declared_encoding: str | None = None,
    limits: Limits = LIMITS,
) -> Sniff:
    """Recognise the file at ``path``; nothing in its content makes this fail.

    Raises `TableError` ("unreadable") only when the file itself cannot be opened.
    """
    path = Path(path)
    try:
        with path.open("rb") as handle:
            head = handle.read(_HEAD)
            size = path.stat().st_size
    except OSError as err:
        raise TableError(problem("unreadable", detail=err.strerror or str(err), file=path.name)) from err
    kind, members = _binary_format(path, head)
    found: enc.Encoding | None = None
    delimiter = None
    text = ""
    if kind is None:
        found = detect_encoding(path, head, limits)
        text = head[found.bom :].decode(found.codec, "replace").replace("\ufeff", "")
        kind = _text_format(text)
        if kind == "CSV":
            delimiter = detect_delimiter(text)
            kind = "TSV" if delimiter == "\t" else "CSV"
    problems = _compare(kind, found, declared_format, declared_encoding)
    return Sniff(
        format=kind,
        encoding=found.codec if found else None,
        delimiter=delimiter,
        bom=bool(found and found.bom),
        size=size,
        members=members,
        declared_format=formats.canonical(declared_format),
        declared_encoding=declared_encoding,
        problems=problems,
    )


def detect_encoding(path: Path, head: bytes, limits: Limits = LIMITS) -> enc.Encoding:
    """The encoding of the whole file: a stray letter on the last line decides as much as one on the first."""
    if len(head) < _HEAD:
        return enc.detect(head)
    with path.open("rb") as handle:
        data = handle.read(limits.text_bytes)
    return enc.detect(data, complete=path.stat().st_size <= limits.text_bytes)


_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"PAR1", "PARQUET"),
    (b"SQLite format 3\x00", "GPKG"),
    (b"%PDF", "PDF"),
    (b"\x89PNG", "IMAGE"),
    (b"\xff\xd8\xff", "IMAGE"),
    (b"GIF8", "IMAGE"),
    (b"II*\x00", "IMAGE"),
    (b"MM\x00*", "IMAGE"),
    (b"\x1f\x8b", "GZIP"),
    (b"{\\rtf", "DOCX"),
)


def _binary_format(path: Path, head: bytes) -> tuple[str | None, tuple[str, ...]]:
    if not head.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        return "EMPTY", ()
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip_format(path)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        workbook = any(name.encode("utf-16-le") in head for name in ("Workbook", "Book"))
        return ("XLS" if workbook or path.suffix.lower() == ".xls" else "BINARY"), ()
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "IMAGE", ()
    return next((kind for magic, kind in _MAGIC if head.startswith(magic)), None), ()


def _zip_format(path: Path) -> tuple[str, tuple[str, ...]]:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            kind = ""
            if "mimetype" in names and archive.getinfo("mimetype").file_size < 200:
                kind = archive.read("mimetype").decode("ascii", "replace")
    except BROKEN:
        return "BINARY", ()
    shown = tuple(names[:50])
    if "opendocument.spreadsheet" in kind:
        return "ODS", shown
    if "opendocument" in kind or any(n.startswith("word/") for n in names):
        return "DOCX", shown
    if any(n.startswith("xl/") for n in names):
        return "XLSX", shown
    base = {n.rsplit("/", 1)[-1].lower() for n in names}
    if len(base & {"agency.txt", "stops.txt", "routes.txt", "trips.txt", "stop_times.txt"}) >= 3:
        return "GTFS", shown
    if any(n.endswith(".shp") for n in base):
        return "SHP", shown
    return "ZIP", shown


_HTML = re.compile(r"<(?:!doctype html|html|head|body)\b", re.I)
_GML = re.compile(r"<(?:\w+:)?FeatureCollection\b|opengis\.net/gml")
_FEATURES = re.compile(r'"type"\s*:\s*"(?:FeatureCollection|Feature|Topology)"')


def _text_format(text: str) -> str:
    start = text.lstrip()
    if start.startswith(("{", "[")):
        return "GEOJSON" if _FEATURES.search(start[:20_000]) else "JSON"
    if start.startswith("<"):
        if _HTML.search(start[:2000]):
            return "HTML"
        if "<kml" in start[:2000]:
            return "KML"
        return "GML" if _GML.search(start[:20_000]) else "XML"
    controls = sum(1 for ch in text[:20_000] if ch < " " and ch not in "\t\r\n\f")
    if "\x00" in text or controls > 0.02 * min(len(text), 20_000):
        return "BINARY"
    return "CSV"


def sample_rows(text: str, delimiter: str, lines: int = _SAMPLE_LINES) -> list[list[str]]:
    """The first rows of a CSV, cells stripped; a broken quote ends the sample."""
    # A last line without its end may be cut: leave it out unless it is the only one.
    cut = text.rstrip("\n").rsplit("\n", 1)[0] if len(text) >= _HEAD else text
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(cut, newline=""), delimiter=delimiter):
            rows.append([cell.strip() for cell in row])
            if len(rows) >= lines:
                break
    except csv.Error:
        pass
    return rows


def detect_delimiter(text: str) -> str | None:
    """The separator by which most rows have the same number of cells; None for a table of one column."""
    text = text.removeprefix("sep=;\r\n").removeprefix("sep=;\n")
    best, best_score = None, 0.0
    for delimiter in DELIMITERS:
        widths = [len(row) for row in sample_rows(text, delimiter) if any(row)]
        if not widths:
            continue
        (width, count), *_ = Counter(widths).most_common(1)
        if width < 2:
            continue
        score = (count / len(widths)) ** 2 * (1 + 0.1 * min(width, 20))
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _compare(
    kind: str, found: enc.Encoding | None, declared_format: str | None, declared_encoding: str | None
) -> list[Problem]:
    problems: list[Problem] = []
    if kind == "EMPTY":
        problems.append(problem("empty"))
    elif kind == "HTML":
        problems.append(problem("web_page"))
    elif kind not in formats.TABULAR:
        polish, english = formats.in_words(kind)
        said = problem("no_table", format=polish)
        problems.append(Problem("no_table", said.message_pl, problem("no_table", format=english).message_en))
    declared = formats.canonical(declared_format)
    if declared and kind not in ("EMPTY", "HTML") and not _declared_right(declared, kind):
        problems.append(problem("wrong_format", declared=declared, actual=kind))
    codec = enc.canonical(declared_encoding)
    if found and codec and not found.ascii_only and kind in formats.TABULAR and codec != found.codec:
        same_family = codec.startswith("utf-16") and found.codec.startswith("utf-16")
        if not same_family:
            shown = {"declared": enc.shown(codec), "actual": enc.shown(found.codec)}
            problems.append(problem("wrong_encoding", **shown))
    return problems


_IMAGES = frozenset(("PNG", "JPEG", "GIF", "TIFF", "WEBP", "IMAGE"))
_KNOWN = formats.TABULAR | {"PDF", "XML", "DOCX", "HTML"} | _IMAGES


def _declared_right(declared: str, kind: str) -> bool:
    if declared not in _KNOWN:  # a service (WFS_SRVC …) or a format that this room cannot tell
        return True
    if kind == "IMAGE":
        return declared in _IMAGES
    return formats.agree(declared, kind)
