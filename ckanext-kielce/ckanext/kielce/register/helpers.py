"""Template helpers of the register."""

from __future__ import annotations

from typing import Any

from ckan.plugins import toolkit as tk
from ckanext.kielce.common import vocabularies
from ckanext.kielce.common.formatting import date

from . import labels, presentation, store, vocabulary


def _lang() -> str:
    return "pl" if str(tk.h.lang() or "").startswith("pl") else "en"


def kielce_register_tiers() -> list[dict[str, str]]:
    """Tiers in their order: code, label, what it means, tone of the mark."""
    lang = _lang()
    return [
        {"code": code, "label": word.label(lang), "long": word.text("long", lang), "tone": word.data["tone"]}
        for code, word in vocabulary.tiers().items()
    ]


def kielce_register_obstacles() -> list[tuple[str, str]]:
    """Obstacles: (code, label)."""
    return [(code, word.label(_lang())) for code, word in vocabulary.obstacles().items()]


def kielce_register_criteria() -> list[dict[str, Any]]:
    """The six criteria: code, name, help, meaning of the levels from 0 on."""
    lang = _lang()
    return [
        {"code": code, "name": word.label(lang), "help": word.text("help", lang), "levels": word.levels(lang)}
        for code, word in vocabulary.criteria().items()
    ]


def kielce_register_units() -> list[tuple[str, str]]:
    """Active units: (name, title in the page's language), by title."""
    lang = _lang()
    rows = [(group.name, presentation.unit_title(group, lang)) for group in store.all_units().values()]
    return sorted(rows, key=lambda row: row[1].lower())


def kielce_register_domains() -> list[tuple[str, str]]:
    """The city's domains: (code, label)."""
    return [(entry.code, entry.label(_lang())) for entry in vocabularies.load("domains")]


def kielce_register_field(name: str) -> str:
    """What a field is called."""
    return tk._(labels.FIELDS[name]) if name in labels.FIELDS else name


def kielce_register_value(name: str, value: Any) -> str:
    """A value of a history line in words; a dash for nothing."""
    lang = _lang()
    if value is None or value in ("", [], {}):
        return "–"
    if isinstance(value, bool):
        return tk._("yes") if value else tk._("no")
    if name == "tier":
        return vocabulary.tiers()[value].label(lang) if value in vocabulary.tiers() else str(value)
    if name == "obstacles":
        words = vocabulary.obstacles()
        return ", ".join(words[code].label(lang) if code in words else code for code in value)
    if name == "criteria":
        words = vocabulary.criteria()
        return ", ".join(
            f"{words[code].label(lang)} {score}" for code, score in value.items() if code in words
        )
    if name == "planned":
        return date(value, lang)
    if name == "unit_id":
        return presentation.unit_title(store.groups([value]).get(value), lang) or str(value)
    if name in ("dataset_id", "source_id"):
        package = store.datasets([value]).get(value)
        return (
            (package.title or package.name) if package is not None and not package.private else tk._("linked")
        )
    if isinstance(value, list):
        return ", ".join(str(each) for each in value)
    return str(value)


def kielce_register_source(source: str | None) -> str:
    """Where a change came from, in words."""
    kind, _sign, rest = (source or "").partition(":")
    if kind == "import":
        return tk._("read from the list “{name}”").format(name=rest)
    return tk._(labels.SOURCES[kind]) if kind in labels.SOURCES else ""


def kielce_register_may_edit(entry: dict[str, Any]) -> bool:
    """Whether whoever looks may change the entry."""
    return tk.h.check_access("kielce_register_update", {"id": entry["id"]})
