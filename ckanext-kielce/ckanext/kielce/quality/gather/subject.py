"""What a file is about, in the words of its dataset: the checks on content judge by theme as well as by values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ckan.plugins import toolkit as tk

from ..content.base import Subject, plain
from .dictionary import dictionary_of


def subject(
    path: Path | None,
    file_format: str,
    tables: Sequence[Any],
    package: Mapping[str, Any] | None,
    resource: Mapping[str, Any],
    problems: Sequence[Any] = (),
) -> Subject:
    """A file with its words and its data dictionary."""
    package = package or {}
    said = [package.get("title"), resource.get("name"), package.get("domain"), package.get("layer_name")]
    said += [tag.get("name") for tag in package.get("tags") or () if isinstance(tag, Mapping)]
    column_field = tk.config.get("ckanext.kielce.quality.columns_field") or "columns"
    return Subject(
        path=path,
        format=file_format,
        tables=tables,
        name=str(resource.get("name") or resource.get("url") or ""),
        words=plain(" ".join(str(word) for word in said if word)),
        dictionary=dictionary_of(dict(resource), column_field),
        problems={item.code: (item.message_pl, item.message_en) for item in problems},
    )
