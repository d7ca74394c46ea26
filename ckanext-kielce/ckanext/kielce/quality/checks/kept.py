"""A history whose versions come from elsewhere than a folder: the portal's own kept versions.

The looks say what was seen when; versions that are no longer kept are stood in for by one with the same values, and left
out where there is none. What is judged is always the newest version itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from .folder import Folder, Look
from .history import Content, History, Seen


@dataclass(frozen=True, slots=True)
class SeenVersion:
    """A look at a version: the hash of its bytes, and of its values if they are known."""

    look: Look
    sha256: str
    value_hash: str | None = None


@dataclass
class KeptHistory(History):
    """A history of looks whose contents are given."""

    given: Sequence[Seen] = field(default_factory=tuple)

    @cached_property
    def seen(self) -> list[Seen]:
        """Every look whose content is known, oldest first."""
        return list(self.given)


def kept_history(
    name: str,
    folder: Folder,
    looks: Sequence[SeenVersion],
    texts: Mapping[str, tuple[str | None, bytes]],
    file_name: str,
) -> KeptHistory | None:
    """A history out of looks (oldest first) and kept texts; None when the newest version isn't among them.

    :param folder: what was declared; its looks are replaced by those whose content is known
    :param texts: SHA-256 of a version -> (hash of its values, its text)
    :param file_name: what sentences call the file; older versions are called by it and their day
    """
    if not looks or looks[-1].sha256 not in texts:
        return None
    by_values: dict[str, str] = {}
    for sha256, (value_hash, _text) in texts.items():
        if value_hash:
            by_values.setdefault(value_hash, sha256)
    newest = looks[-1].sha256
    contents: dict[str, Content] = {}
    given = []
    for item in looks:
        known = item.sha256 if item.sha256 in texts else by_values.get(item.value_hash or "")
        if known is None:
            continue
        if known not in contents:
            called = file_name if known == newest else f"{file_name} ({item.look.at.date().isoformat()})"
            contents[known] = Content(called, texts[known][1], known)
        # The file's name tells a version apart from the one that stands in for it.
        given.append(Seen(replace(item.look, file=item.sha256), contents[known]))
    return KeptHistory(name, replace(folder, looks=tuple(seen.look for seen in given)), given=given)
