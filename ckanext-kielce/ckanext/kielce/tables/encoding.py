"""Which encoding a Polish text file is in, decided from its bytes.

Statistical detectors are unsure on short Polish files, so: byte order mark, UTF-16 by its zeros, UTF-8 when it
decodes, then Windows-1250 against ISO 8859-2 by the six letters (ąśź ĄŚŹ) in which they differ.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

_BOMS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_ONLY_CP1250 = b"\xb9\xa5\x9c\x8c\x9f\x8f\x84\x94\x96\x97"  # ą Ą ś Ś ź Ź „ ” – —
_ONLY_ISO = b"\xb1\xa1\xb6\xa6\xbc\xac"  # ą Ą ś Ś ź Ź
_POLISH_UTF8 = re.compile(rb"\xc4[\x84\x85\x86\x87\x98\x99]|\xc5[\x81-\x84\x9a\x9b\xb9-\xbc]|\xc3[\x93\xb3]")

_DECLARED = {"ascii": "utf-8", "utf-8-sig": "utf-8", "windows-1250": "cp1250", "utf-16": "utf-16-le"}
_SHOWN = {"cp1250": "Windows-1250", "iso8859-2": "ISO 8859-2", "utf-8": "UTF-8", "utf-16-le": "UTF-16",
          "utf-16-be": "UTF-16"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Encoding:
    """``codec`` is Python's name; ``ascii_only`` means that any of the encodings would read the same."""

    codec: str
    bom: int = 0
    ascii_only: bool = False
    first_bad_byte: int | None = None


def detect(data: bytes, *, complete: bool = True) -> Encoding:
    """The encoding of ``data``; ``complete=False`` allows a character cut in two at the end.

    Never fails: what is not clean UTF-8 is read as one of the one-byte encodings, unless most of its Polish letters
    are sound UTF-8; then it is UTF-8 with ``first_bad_byte`` set.
    """
    for bom, codec in _BOMS:
        if data.startswith(bom):
            return Encoding(codec, bom=len(bom), first_bad_byte=_first_bad(data[len(bom) :], codec, complete))
    if utf16 := _utf16_without_bom(data):
        return Encoding(utf16)
    if data.isascii():
        return Encoding("utf-8", ascii_only=True)
    bad = _first_bad(data, "utf-8", complete)
    if bad is None:
        return Encoding("utf-8")
    if len(_POLISH_UTF8.findall(data)) * 2 > sum(data.count(b) for b in range(0x80, 0x100)) / 2:
        return Encoding("utf-8", first_bad_byte=bad)
    windows = sum(data.count(b) for b in _ONLY_CP1250)
    iso = sum(data.count(b) for b in _ONLY_ISO)
    codec = "iso8859-2" if iso > windows else "cp1250"
    return Encoding(codec, first_bad_byte=_first_bad(data, codec, complete))


def _utf16_without_bom(data: bytes) -> str | None:
    head = data[:4000]
    if len(head) < 8 or b"\x00" not in head:
        return None
    even, odd = head[0::2].count(0) / (len(head) / 2), head[1::2].count(0) / (len(head) / 2)
    if odd > 0.6 and even < 0.1:
        return "utf-16-le"
    return "utf-16-be" if even > 0.6 and odd < 0.1 else None


def _first_bad(data: bytes, codec: str, complete: bool) -> int | None:
    try:
        codecs.getincrementaldecoder(codec)().decode(data, final=complete)
    except UnicodeDecodeError as err:
        return err.start
    return None


def canonical(name: str | None) -> str | None:
    """Python's codec for a declared encoding ("Windows-1250", "ISO_8859-2"), None when unknown or empty."""
    if not name or not name.strip():
        return None
    lowered = name.strip().lower().replace("_", "-")
    try:
        codec = codecs.lookup(lowered).name
    except LookupError:
        return None
    return _DECLARED.get(codec, codec)


def shown(codec: str) -> str:
    """The name people know: "Windows-1250", "ISO 8859-2", "UTF-8"."""
    return _SHOWN.get(codec, codec)
