"""Where a photo was taken, left in the photo: the GPS part of EXIF in JPEG, PNG, WebP and TIFF, also inside archives."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path

from ckanext.kielce.tables.archives import BROKEN

from ..domain.model import Finding
from .base import ContentCheck, Subject, register

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff")
_GPS_POINTER = 0x8825
_LATITUDE, _LONGITUDE = 2, 4
_ENTRIES_MOST = 400


def has_location(data: bytes) -> bool:
    """Whether the beginning of a picture states latitude and longitude."""
    try:
        return any(_tiff_has_gps(block) for block in _exif_blocks(data))
    except (struct.error, IndexError):
        return False


def _exif_blocks(data: bytes) -> Iterator[bytes]:
    if data[:2] == b"\xff\xd8":
        yield from _jpeg(data)
    elif data[:8] == b"\x89PNG\r\n\x1a\n":
        at = 8
        while at + 8 <= len(data):
            (length,) = struct.unpack(">I", data[at : at + 4])
            if data[at + 4 : at + 8] == b"eXIf":
                yield data[at + 8 : at + 8 + length]
            at += 12 + length
    elif data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        at = 12
        while at + 8 <= len(data):
            (length,) = struct.unpack("<I", data[at + 4 : at + 8])
            if data[at : at + 4] == b"EXIF":
                yield data[at + 8 : at + 8 + length].removeprefix(b"Exif\x00\x00")
            at += 8 + length + length % 2
    elif data[:4] in (b"II*\x00", b"MM\x00*"):
        yield data


def _jpeg(data: bytes) -> Iterator[bytes]:
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF and data[at + 1] != 0xDA:
        (length,) = struct.unpack(">H", data[at + 2 : at + 4])
        if data[at + 1] == 0xE1 and data[at + 4 : at + 10] == b"Exif\x00\x00":
            yield data[at + 10 : at + 2 + length]
        at += 2 + length


def _tiff_has_gps(block: bytes) -> bool:
    order = {b"II": "<", b"MM": ">"}.get(block[:2])
    if order is None:
        return False
    (first,) = struct.unpack(order + "I", block[4:8])
    pointer = _entries(block, order, first).get(_GPS_POINTER)
    if pointer is None:
        return False
    gps = _entries(block, order, struct.unpack(order + "I", pointer)[0])
    if _LATITUDE not in gps or _LONGITUDE not in gps:
        return False
    # Cameras without reception write the fields with zeros.
    return any(_degrees(block, order, gps[tag]) for tag in (_LATITUDE, _LONGITUDE))


def _entries(block: bytes, order: str, at: int) -> dict[int, bytes]:
    """Tag -> its four bytes (a value or where it is)."""
    (count,) = struct.unpack(order + "H", block[at : at + 2])
    found = {}
    for number in range(min(count, _ENTRIES_MOST)):
        start = at + 2 + 12 * number
        (tag,) = struct.unpack(order + "H", block[start : start + 2])
        found[tag] = block[start + 8 : start + 12]
    return found


def _degrees(block: bytes, order: str, where: bytes) -> float:
    (at,) = struct.unpack(order + "I", where)
    numbers = struct.unpack(order + "6I", block[at : at + 24])
    return sum(top / bottom for top, bottom in zip(numbers[::2], numbers[1::2], strict=True) if bottom)


@register
class PhotoLocation(ContentCheck):
    """Photos that say where they were taken: of a report they show where its author lives, of an animal its nest."""

    code = "photo_location"

    def applies(self, subject: Subject) -> bool:
        """Pictures, and archives that hold some."""
        return subject.path is not None and subject.format in ("IMAGE", "ZIP", "BINARY")

    def findings(self, subject: Subject) -> Iterator[Finding]:
        """Yield one finding a file."""
        if subject.path is None:
            return
        if subject.format == "IMAGE":
            with subject.path.open("rb") as handle:
                if has_location(handle.read(self.rules["head_bytes"])):
                    yield self.found(subject, "photo", count=1)
            return
        count, first, looked = self._in_archive(subject.path)
        if count:
            yield self.found(subject, "archive", count=count, member=first, share=count / max(1, looked))

    def _in_archive(self, path: Path) -> tuple[int, str, int]:
        count, first, looked = 0, "", 0
        try:
            with zipfile.ZipFile(path) as archive:
                photos = [item for item in archive.infolist() if item.filename.lower().endswith(SUFFIXES)]
                for item in photos[: self.rules["members_most"]]:
                    looked += 1
                    with archive.open(item) as packed:
                        if has_location(packed.read(self.rules["head_bytes"])):
                            count += 1
                            first = first or item.filename
        except BROKEN:
            return count, first, looked
        return count, first, looked
