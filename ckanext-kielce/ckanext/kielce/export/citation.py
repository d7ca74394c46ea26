"""How to cite a dataset or one version of it: a line of text, BibTeX, CSL-JSON. Pure."""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import dataclass

from ckanext.kielce.common import formatting


@dataclass(frozen=True, slots=True)
class Cited:
    """What is cited: ``changed`` is the day of the content, ``version`` its short name where one version is meant."""

    name: str
    title: str
    publisher: str
    url: str
    changed: dt.date | None = None
    version: str = ""
    portal: str = ""


def line(cited: Cited, lang: str) -> str:
    """One line of text: publisher, title, version, day, address."""
    version = f"{'wersja' if lang == 'pl' else 'version'} {cited.version}" if cited.version else ""
    day = formatting.date(cited.changed, lang) if cited.changed else ""
    parts = [part.rstrip(".") for part in (cited.publisher, cited.title, version, day) if part]
    return f"{'. '.join(parts)}. {cited.url}"


def bibtex(cited: Cited, accessed: dt.date) -> str:
    """An entry of type misc, which every BibTeX knows; braces keep capitals and Polish letters."""
    key = re.sub(
        r"[^a-z0-9]+", "-", f"{cited.name}-{cited.version or (cited.changed or accessed).year}".lower()
    ).strip("-")
    fields = {
        "title": "{" + _tex(cited.title) + "}",
        "author": "{" + _tex(cited.publisher) + "}" if cited.publisher else "",
        "year": str(cited.changed.year) if cited.changed else "",
        "month": str(cited.changed.month) if cited.changed else "",
        "version": _tex(cited.version),
        "howpublished": _tex(cited.portal),
        "url": cited.url,
        "urldate": accessed.isoformat(),
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join([f"@misc{{{key},", *lines, "}"]) + "\n"


def _tex(text: str) -> str:
    return re.sub(r"([&%$#_{}])", r"\\\1", text)


def csl(cited: Cited, accessed: dt.date) -> str:
    """A CSL-JSON list of one item, as Zotero and Pandoc read it."""
    item = {
        "id": cited.name + (f"-{cited.version}" if cited.version else ""),
        "type": "dataset",
        "title": cited.title,
        "author": [{"literal": cited.publisher}] if cited.publisher else None,
        "publisher": cited.portal or None,
        "version": cited.version or None,
        "issued": _parts(cited.changed) if cited.changed else None,
        "accessed": _parts(accessed),
        "URL": cited.url,
    }
    return (
        json.dumps([{key: value for key, value in item.items() if value}], ensure_ascii=False, indent=1)
        + "\n"
    )


def _parts(day: dt.date) -> dict[str, list[list[int]]]:
    return {"date-parts": [[day.year, day.month, day.day]]}
