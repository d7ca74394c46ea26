"""Files that were made, kept under a bound, so that downloads can be resumed and are made once per content.

A file's name is its key (what it was made of) and the hash of its bytes, which is its ETag. The longest unused go first. Each
machine keeps its own; losing the folder costs only the time to make files again.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: Seconds for which the reason of a failure is told instead of trying anew.
FAILURE_SECONDS = 300
#: A draft this old belongs to a process that is gone.
DRAFT_SECONDS = 3600
POLL_SECONDS = 0.1
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Kept:
    """A file of the store: ``digest`` is the SHA-256 of its bytes, in hex."""

    path: Path
    digest: str

    @property
    def size(self) -> int:
        """Bytes."""
        return self.path.stat().st_size


class BusyError(Exception):
    """As many files as are allowed at once are being made; try again soon."""


class Store:
    """The folder of made files. ``most_bytes`` bounds it; ``slots`` is how many files are made at once on this machine."""

    def __init__(self, folder: Path, most_bytes: int, slots: int) -> None:
        self.folder, self.most_bytes, self.slots = folder, most_bytes, slots

    def get(self, key: str) -> Kept | None:
        """The file made under a key; it then counts as used just now."""
        for path in self.folder.glob(f"{key[:2]}/{key}.*.file"):
            try:
                os.utime(path)
            except FileNotFoundError:
                continue  # pruned meanwhile
            return Kept(path, path.name.split(".")[1])
        return None

    @contextlib.contextmanager
    def draft(self) -> Iterator[Path]:
        """A folder to work in, removed afterwards."""
        work = self.folder / "draft"
        work.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=work) as folder:
            yield Path(folder)

    @contextlib.contextmanager
    def making(self, key: str, seconds: float) -> Iterator[Kept | None]:
        """Hold a key while its file is made: who comes second waits and is given the file of the first.

        Raises `BusyError` when the first is not done within ``seconds``.
        """
        # Keys share a few thousand locks: there must not be a file for each key that ever was.
        with contextlib.ExitStack() as stack:
            until = time.monotonic() + seconds
            while True:
                try:
                    stack.enter_context(self._locked(f"key-{key[:3]}.lock"))
                    break
                except BlockingIOError:
                    if time.monotonic() > until:
                        raise BusyError from None
                    time.sleep(POLL_SECONDS)
            yield self.get(key)

    @contextlib.contextmanager
    def slot(self) -> Iterator[None]:
        """One of the places for processes that make files. Raises `BusyError` when all are taken."""
        for number in range(self.slots):
            with contextlib.ExitStack() as stack:
                try:
                    stack.enter_context(self._locked(f"slot-{number}.lock"))
                except BlockingIOError:
                    continue
                yield
                return
        raise BusyError

    def put(self, key: str, made: Path) -> Kept:
        """Take a made file in (it is moved) and bring the store under its bound."""
        digest = hash_of(made)
        target = self.folder / key[:2] / f"{key}.{digest}.file"
        target.parent.mkdir(parents=True, exist_ok=True)
        made.replace(target)
        self.failure_path(key).unlink(missing_ok=True)
        self.prune(spare=target)
        return Kept(target, digest)

    def failure_path(self, key: str) -> Path:
        """Where the reason of a failure is kept."""
        return self.folder / key[:2] / f"{key}.failed"

    def fail(self, key: str, reason: dict[str, Any]) -> None:
        """Remember why a file could not be made."""
        path = self.failure_path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(reason), encoding="utf-8")

    def failure(self, key: str) -> dict[str, Any] | None:
        """Why the file of a key could not be made lately; None when nothing speaks against trying."""
        path = self.failure_path(key)
        try:
            if time.time() - path.stat().st_mtime > FAILURE_SECONDS:
                path.unlink(missing_ok=True)
                return None
            found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return None
        return found

    def prune(self, spare: Path | None = None) -> int:
        """Delete the longest unused files until the store is under its bound; the number deleted."""
        files: list[tuple[float, int, Path]] = []
        for path in self.folder.glob("??/*"):
            with contextlib.suppress(FileNotFoundError):
                state = path.stat()
                files.append((state.st_mtime, state.st_size, path))
        for work in self.folder.glob("draft/*"):
            with contextlib.suppress(FileNotFoundError):
                if time.time() - work.stat().st_mtime > DRAFT_SECONDS:
                    shutil.rmtree(work, ignore_errors=True)
        total, gone = sum(size for _used, size, _path in files), 0
        for _used, size, path in sorted(files):
            if total <= self.most_bytes:
                break
            if path != spare:
                path.unlink(missing_ok=True)
                total, gone = total - size, gone + 1
        return gone

    def clear(self) -> int:
        """Delete all made files; the number deleted."""
        found = [path for path in self.folder.glob("??/*") if path.is_file()]
        for path in found:
            path.unlink(missing_ok=True)
        return len(found)

    @contextlib.contextmanager
    def _locked(self, name: str) -> Iterator[None]:
        """Hold a lock; BlockingIOError when another has it. Locks of files end with their process, however it ends."""
        folder = self.folder / "locks"
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / name).open("w") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield


def hash_of(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    digest = hashlib.sha256()
    with path.open("rb") as source:
        while block := source.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def key_of(*parts: Any) -> str:
    """A name for what a file is made of; equal parts have equal names."""
    return hashlib.sha256(json.dumps(parts, default=str, ensure_ascii=False).encode()).hexdigest()[:40]
