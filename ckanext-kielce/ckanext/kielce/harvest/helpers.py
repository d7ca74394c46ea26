"""Template helpers of the harvest room."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.harvest.interfaces import IHarvester
from ckanext.kielce.common import vocabularies
from ckanext.kielce.common.formatting import NBSP, datetime_warsaw, number
from ckanext.kielce.harvest import curation, labels, overview, punctuality
from ckanext.kielce.harvest import schedule as schedules
from ckanext.kielce.harvest.base import SourceHarvester
from ckanext.kielce.harvest.settings import COMMON

__all__ = [
    "kielce_harvest_count",
    "kielce_harvest_curated",
    "kielce_harvest_dataset",
    "kielce_harvest_described",
    "kielce_harvest_duration",
    "kielce_harvest_eta",
    "kielce_harvest_field",
    "kielce_harvest_grouped",
    "kielce_harvest_punctuality",
    "kielce_harvest_schedule",
    "kielce_harvest_settings",
    "kielce_harvest_text",
    "kielce_harvest_value",
    "kielce_harvest_word",
]

VALUE_LENGTH = 300
AUTHORITIES = ("http://publications.europa.eu/", "http://data.europa.eu/")
VOCABULARIES = ("frequencies", "themes", "languages", "access_rights", "hvd_categories")


def _lang() -> str:
    return "pl" if str(tk.h.lang() or "").startswith("pl") else "en"


def kielce_harvest_settings() -> list[tuple[str, list[tuple[str, str]]]]:
    """(heading, [(key, what it is for)]) for the form of a source: the keys of all harvesters, then of each.

    The heading of the keys that all share is empty.
    """
    lang = _lang()
    groups = [("", [(key, field.help(lang)) for key, field in COMMON.items()])]
    for plugin in p.PluginImplementations(IHarvester):
        if isinstance(plugin, SourceHarvester) and plugin.config_schema:
            rows = [(key, field.help(lang)) for key, field in plugin.config_schema.items()]
            groups.append((plugin.info()["title"], rows))
    return groups


def kielce_harvest_text(thing: Mapping[str, Any] | None, name: str = "") -> str:
    """A sentence that comes in both languages (``sentence_pl``, or ``pl`` without a name) in the page's language."""
    lang = _lang()
    return str((thing or {}).get(f"{name}_{lang}" if name else lang) or "")


def kielce_harvest_word(table: str, code: str | None) -> str:
    """The word for a code: ``table`` is statuses, states, tones, actions or numbers."""
    words: dict[str, str] = getattr(labels, table.upper())
    if table == "tones":
        return words.get(code or "", "unknown")
    return tk._(words[code]) if code in words else str(code or "")


def kielce_harvest_grouped(sources: list[dict[str, Any]]) -> list[tuple[str, str, int]]:
    """(tone, word, how many) of the sources by health, the healthy ones first; of several tones the most urgent."""
    groups: dict[str, list[int]] = {}
    order = ("fresh", "unknown", "closed", "due", "overdue")
    for source in sources:
        word = kielce_harvest_text(source["health"], "word")
        groups.setdefault(word, []).append(order.index(source["health"]["tone"]))
    ranked = sorted(groups.items(), key=lambda group: (max(group[1]), group[0]))
    return [(order[max(tones)], word, len(tones)) for word, tones in ranked]


def kielce_harvest_punctuality(source: Mapping[str, Any]) -> dict[str, Any]:
    """``strip`` (SVG), ``sentence``, ``gaps`` and ``share`` in words, from the days of a source."""
    lang = _lang()
    days = [(dt.date.fromisoformat(row["day"]), row["due"], row["kept"]) for row in source["days"]]
    found = punctuality.of(days, dt.datetime.now(punctuality.formatting.WARSAW).date())
    return {
        "strip": punctuality.strip(found, lang),
        "sentence": found.sentence(lang),
        "gaps": found.gaps(lang),
        "share": punctuality.percent(found.share, lang) if found.share is not None else "",
    }


def kielce_harvest_duration(seconds: float | None) -> str:
    """A span of time as people say it: "0,8 s", "12 s", "3 min 5 s", "2 godz. 10 min"."""
    if seconds is None:
        return ""
    lang = _lang()
    if seconds < 9.95:
        return f"{number(round(seconds, 1), lang, 1)}{NBSP}s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole}{NBSP}s"
    if whole < 3600:
        return f"{whole // 60}{NBSP}min {whole % 60}{NBSP}s"
    hours = "godz." if lang == "pl" else "h"
    return f"{number(whole // 3600, lang)}{NBSP}{hours} {whole % 3600 // 60}{NBSP}min"


def kielce_harvest_eta(seconds: float | None) -> str:
    """When a run will be ready, going by its pace: "za około 3 min, o 14:05"; empty when it is not known."""
    if seconds is None:
        return ""
    moment = dt.datetime.now(dt.timezone.utc) + dt.timedelta(seconds=seconds)
    clock = datetime_warsaw(moment, _lang()).rpartition(", ")[2]
    rounded = max(5, round(seconds / 5) * 5) if seconds < 60 else round(seconds / 60) * 60
    span = kielce_harvest_duration(rounded).removesuffix(f" 0{NBSP}s")
    return tk._("about {span} more, until {clock}").format(span=span, clock=clock)


def kielce_harvest_count(counts: Mapping[str, int], name: str) -> str:
    """A count of a run; a dash for nothing, so that what happened stands out."""
    return number(counts.get(name, 0), _lang()) if counts.get(name) else "–"


def kielce_harvest_field(name: str, dataset_type: str | None = None) -> str:
    """What people call a field: ``title`` is "Tytuł"; a file's field is "Plik „Rok 2024”: Format"."""
    if name.startswith("resources/"):
        _, resource, field = [*name.split("/", 2), ""][:3]
        told = tk._("File “{name}”").format(name=resource)
        return f"{told}: {_field(field, dataset_type, 'resource_fields')}" if field else told
    return _field(name, dataset_type, "dataset_fields")


def _field(name: str, dataset_type: str | None, part: str) -> str:
    if name in labels.FIELDS:
        return tk._(labels.FIELDS[name])
    schema = tk.h.scheming_get_dataset_schema(dataset_type or "dataset") or {}
    for field in schema.get(part) or []:
        if field.get("field_name") == name:
            return str(tk.h.scheming_language_text(field.get("label") or name))
    return name


def kielce_harvest_described(text: str) -> str:
    """The half of a description "po polsku / in English" that is in the page's language."""
    return text.split(" / ")[0 if _lang() == "pl" else -1]


def kielce_harvest_value(value: Any, field: str = "") -> str:
    """A field's value in one line, codes as words, long ones cut; "(puste)" for none."""
    if field == "owner_org" and value:
        group = model.Group.get(str(value))
        value = group.title if group else value
    if field == "domain" and (entry := vocabularies.domain(value)):
        return entry.label(_lang())
    if isinstance(value, str) and value[:1] in ("[", "{"):
        with contextlib.suppress(ValueError):
            value = json.loads(value)
    text = " ".join(_flat(value).split())
    if not text:
        return tk._("(empty)")
    return text if len(text) <= VALUE_LENGTH else text[:VALUE_LENGTH].rstrip() + "…"


def _flat(value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return tk._("yes") if value else tk._("no")
    if isinstance(value, (int, float)):
        return number(value, _lang())
    if isinstance(value, Mapping):
        named = value.get("display_name") or value.get("name")
        if named and len(value) > 3 and "vocabulary_id" in value:
            return str(named)
        return ", ".join(_flat(part) for part in value.values() if part not in (None, "", [], {}))
    if isinstance(value, (list, tuple)):
        return "; ".join(filter(None, map(_flat, value)))
    text = str(value)
    return _word_of(text) if text.startswith(AUTHORITIES) else text


def _word_of(uri: str) -> str:
    """What an address of an EU authority table stands for ("MONTHLY" is "co miesiąc"); else the address."""
    for name in VOCABULARIES:
        if entry := vocabularies.load(name).get(uri):
            return entry.label(_lang())
    return uri


def kielce_harvest_schedule(text: str) -> dict[str, Any]:
    """A schedule in the parts of the form: kind, count, unit, days, day, time."""
    try:
        plan = schedules.parse(text)
    except schedules.ScheduleError:
        plan = schedules.Schedule("manual")
    minutes = int(plan.every.total_seconds()) // 60
    whole = minutes and minutes % 60 == 0
    return {
        "kind": plan.kind,
        "count": (minutes // 60 if whole else minutes) or 1,
        "unit": "minutes" if minutes and not whole else "hours",
        "days": [schedules.DAYS[day] for day in plan.days] or ["mon"],
        "day": plan.day_of_month or 1,
        "time": f"{plan.hour:02d}:{plan.minute:02d}" if plan.kind not in ("manual", "every") else "03:15",
    }


def kielce_harvest_dataset(package: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The sources of a dataset, the one that it is written from first; empty for one published by hand."""
    return overview.sources_of(package["id"])


def kielce_harvest_curated(package: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that differ from the source, for those who may edit the dataset; else no fields."""
    if not tk.h.check_access("kielce_harvest_curated_show", {"id": package["id"]}):
        return {"source": None, "fields": []}
    return curation.show(package["id"])
