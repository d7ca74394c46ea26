"""Opening archives without being harmed: sizes are checked before and while unpacking, paths are never used."""

from __future__ import annotations

import lzma
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from ckanext.kielce.tables.limits import LIMITS, Limits
from ckanext.kielce.tables.problems import Problem, TableError, problem

_RATIO_FROM = 10 * 2**20
BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    OSError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
)
"""What Python's zipfile raises on damaged or unusual archives."""


def check_archive(path: Path, limits: Limits = LIMITS) -> list[zipfile.ZipInfo]:
    """The archive's files, once its directory promises to stay within ``limits``.

    Raises `TableError`: "archive_bomb", "archive_encrypted" or "unreadable".
    """
    try:
        with zipfile.ZipFile(path) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir()]
    except BROKEN as err:
        raise TableError(problem("unreadable", detail=str(err), file=path.name)) from err
    if len(infos) > limits.members:
        raise TableError(problem("archive_bomb", detail=f"{len(infos)} > {limits.members}", file=path.name))
    if any(info.flag_bits & 1 for info in infos):
        raise TableError(problem("archive_encrypted", file=path.name))
    total = sum(info.file_size for info in infos)
    if total > limits.unpacked_bytes:
        raise TableError(problem("archive_bomb", detail=f"{total // 2**20} MB", file=path.name))
    for info in infos:
        if info.file_size > _RATIO_FROM and info.file_size > limits.unpacked_ratio * max(
            info.compress_size, 1
        ):
            ratio = info.file_size // max(info.compress_size, 1)
            raise TableError(problem("archive_bomb", detail=f"{info.filename} ×{ratio}", file=path.name))
    return infos


def is_safe_name(name: str) -> bool:
    """False for absolute paths, drive letters, parent folders and backslashes."""
    path = PurePosixPath(name)
    return not (path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name or "\x00" in name)


def unpack(
    path: Path, folder: Path, problems: list[Problem], limits: Limits = LIMITS
) -> Iterator[tuple[str, Path]]:
    """Yield (name in the archive, unpacked file) one at a time; each file is removed when the next is asked for.

    Files are written under numbers of ours, so a name in the archive decides nothing. Unsafe names and archives
    within the archive are reported in ``problems`` and skipped.
    """
    left = limits.unpacked_bytes
    infos = check_archive(path, limits)
    with zipfile.ZipFile(path) as archive:
        for number, info in enumerate(infos):
            if not is_safe_name(info.filename):
                problems.append(problem("archive_unsafe_path", detail=info.filename))
                continue
            target = folder / f"{number}{PurePosixPath(info.filename).suffix.lower()[:8]}"
            try:
                with archive.open(info) as packed, target.open("wb") as out:
                    # The directory may lie about sizes: count what really comes out.
                    shutil.copyfileobj(_Bounded(packed.read, left, path.name), out, 2**20)
                left -= target.stat().st_size
                yield info.filename, target
            except BROKEN as err:
                problems.append(problem("unreadable", detail=f"{info.filename}: {err}"[:200]))
            finally:
                target.unlink(missing_ok=True)


class _Bounded:
    """A reader that refuses to give more than ``left`` bytes."""

    def __init__(self, read: object, left: int, file: str) -> None:
        self._read, self._left, self._file = read, left, file

    def read(self, size: int = -1) -> bytes:
        """At most ``size`` bytes."""
        data: bytes = self._read(size)  # type: ignore[operator]
        self._left -= len(data)
        if self._left < 0:
            raise TableError(problem("archive_bomb", detail="> limit", file=self._file))
        return data
