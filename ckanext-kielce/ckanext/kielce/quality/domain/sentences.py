"""Plain Polish and English sentences for whatever the model says; the templates are in sentences.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from ckanext.kielce.common import formatting

from .days import local_date
from .frequency import frequency
from .model import Assessment, Deduction, Gate, Status

_DATES = ("newest_period", "since", "seen", "last_period", "published", "finding_since", "end")
_DEDUCTION_OF_FINDING = {"method_break": "stability_method", "schema_break": "stability_schema"}


@lru_cache(maxsize=1)
def templates() -> Mapping[str, Any]:
    """Return the table of sentences: section -> code -> language -> text (or text and remedy)."""
    return yaml.safe_load((Path(__file__).parent / "sentences.yaml").read_text(encoding="utf-8"))


def _language(lang: str) -> str:
    return "pl" if lang.startswith("pl") else "en"


def short_date(day: date | datetime, today: date, lang: str) -> str:
    """Return a date without its year when that is this year: "3 listopada", else "3 listopada 2025"."""
    local = local_date(day) if isinstance(day, datetime) else day
    text = formatting.date(local, lang)
    return text.removesuffix(f" {local.year}") if local.year == today.year else text


def _percent(share: float, lang: str) -> str:
    """Return a share as a percentage, with one decimal where it is small."""
    percent = round(100 * share, 1)
    return f"{formatting.number(percent, lang, 1 if 0 < percent < 10 and percent % 1 else 0)}%"


def _interval(days: int, lang: str) -> str:
    """Return what follows "co" or "every": 31 dni, 3 miesiące, rok, 2 lata."""
    months = round(days / 30.44)
    years, odd = divmod(months, 12)
    if days <= 60:
        count, polish, english = days, ("dzień", "dni", "dni"), "day"
    elif odd:
        count, polish, english = months, ("miesiąc", "miesiące", "miesięcy"), "month"
    else:
        count, polish, english = years, ("rok", "lata", "lat"), "year"
    noun = formatting.plural(count, *(polish if lang == "pl" else (english, f"{english}s", f"{english}s")))
    return noun if count == 1 else f"{formatting.number(count, lang)}{formatting.NBSP}{noun}"


def _nouns(params: Mapping[str, Any], lang: str) -> dict[str, str]:
    polish = {
        "rows": ("wiersz", "wiersze", "wierszy"),
        "finds": ("trafienie", "trafienia", "trafień"),
    }
    english = {"rows": ("row", "rows"), "finds": ("hit", "hits")}
    counts = {"rows": params.get("rows"), "finds": params.get("count")}
    words = {}
    for name, count in counts.items():
        number = int(count or 0)
        words[f"{name}_n"] = (
            formatting.plural(number, *polish[name]) if lang == "pl" else english[name][number != 1]
        )
    return words


def _age(params: Mapping[str, Any], lang: str) -> str:
    days = int(params.get("age_days") or 0)
    if days:
        return formatting.days(days, lang)
    hours = int(params.get("age_hours") or 0)
    if lang == "pl":
        return f"{hours}{formatting.NBSP}{formatting.plural(hours, 'godzinę', 'godziny', 'godzin')}"
    return f"{hours}{formatting.NBSP}{'hour' if hours == 1 else 'hours'}"


def _filled(params: Mapping[str, Any], lang: str) -> dict[str, Any]:
    """Return the parameters of a template, ready to be read."""
    known = templates()
    name = params.get("resource")
    values: dict[str, Any] = {
        key: value for key, value in params.items() if isinstance(value, (str, int, float))
    }
    for key in _DATES:
        values[key] = formatting.date(params.get(key) or "", lang) or (
            "niedawno" if lang == "pl" else "recently"
        )
    quoted = f"„{name}”" if lang == "pl" else f"“{name}”"
    values["name"] = f"{quoted} " if name else ""
    values["file"] = (f"w pliku {quoted} " if lang == "pl" else f"in the file {quoted} ") if name else ""
    values["age"] = _age(params, lang)
    for key in ("share", "null_share"):
        if isinstance(params.get(key), (int, float)):
            values[key] = _percent(params[key], lang)
    for key in ("rows", "rows_before", "count", "described"):
        values[key] = formatting.number(params.get(key) or 0, lang)
    columns = params.get("columns")
    if isinstance(columns, (list, tuple)):
        marks = "„{}”" if lang == "pl" else "“{}”"
        values["columns"] = ", ".join(marks.format(column) for column in columns)
    values["columns_total"] = formatting.number(columns, lang) if isinstance(columns, int) else ""
    others = int(params.get("members") or 1) - 1
    more = f" (i jeszcze {others})" if lang == "pl" else f" (and {others} more)"
    values["more"] = more if others > 0 else ""
    problems = params.get("problems") or ()
    values["problems"] = ", ".join(known["problems"].get(code, {}).get(lang, code) for code in problems)
    status = params.get("link_status")
    unanswered = "serwer nie odpowiada" if lang == "pl" else "the server doesn't answer"
    answered = f"serwer odpowiada kodem {status}" if lang == "pl" else f"the server answers {status}"
    values["status_words"] = answered if status else unanswered
    values["format"] = params.get("format") or "?"
    return values | _nouns(params, lang)


def _template_code(deduction: Deduction) -> str:
    """Return which template tells a deduction."""
    code, params = deduction.code, deduction.params
    if code.startswith("mqa."):
        return "mqa.unchecked" if code.endswith("_unmeasurable") else code
    if code.endswith("_unmeasurable"):
        return "unmeasurable"
    if code == "content_age":
        return code if params.get("newest_period") else "content_age_none"
    if code == "update_age" and params.get("first_look"):
        return "update_age_first"
    if code == "parses":
        return (
            f"parses_{params.get('broken') or 'problems'}"
            if params.get("broken") != "parse"
            else "parses_parse"
        )
    if code == "continuity":
        return "continuity_member" if params.get("member") else "continuity_all"
    if code == "stability":
        change = params.get("change")
        return (
            f"stability_{change}"
            if change
            else _DEDUCTION_OF_FINDING[str(params.get("finding", "schema_break"))]
        )
    if code == "volume":
        return "volume" if params.get("rows_before") else "volume_found"
    return code


def explain(deduction: Deduction, lang: str) -> tuple[str, str]:
    """Return what was seen and what would mend it, as two plain sentences in "pl" or "en"."""
    language = _language(lang)
    if told := (deduction.params.get("told") or {}).get(language):
        return told[0], told[1]
    sentences = templates()["deductions"][_template_code(deduction)][language]
    values = _filled(deduction.params, language)
    part = deduction.code.removesuffix("_unmeasurable")
    values["part"] = templates()["parts"].get(part, {}).get(language, part)
    return _tidy(sentences["text"].format_map(values)), _tidy(sentences["remedy"].format_map(values))


def gate_sentence(gate: Gate, lang: str) -> str:
    """Return why the index can't be higher."""
    language = _language(lang)
    values = _filled(gate.params, language)
    values["limit"] = formatting.number(gate.limit, language) if gate.limit is not None else ""
    return _tidy(templates()["gates"][gate.code][language].format_map(values))


def reason_sentence(assessment: Assessment, lang: str) -> str | None:
    """Return why a dataset has no grade; None where it has one."""
    if assessment.reason is None:
        return None
    language = _language(lang)
    code = assessment.reason
    values: dict[str, Any] = {"coverage": _percent(assessment.coverage, language)}
    if assessment.closed is not None:
        values["reason"] = assessment.closed.reason.strip().rstrip(".")
        values["end"] = formatting.date(assessment.closed.end, language)
    return _tidy(templates()["reasons"][code][language].format_map(values))


def note_sentences(assessment: Assessment, lang: str) -> list[str]:
    """Return what a reader should know of how freshness was judged."""
    language = _language(lang)
    pending = frequency(assessment.pending_code)
    values = {"pending": pending.pl if language == "pl" else pending.en}
    known = templates()["notes"]
    return [known[code][language].format_map(values) for code in assessment.freshness.notes if code in known]


def status_word(status: Status, lang: str) -> str:
    """Return the status in a word or two."""
    return templates()["status_words"][status][_language(lang)]


def status_sentence(assessment: Assessment, lang: str) -> str:
    """Return rhythm, last and next content in plain words.

    "Aktualizowany zwykle co 31 dni. Ostatnia nowa treść: 3 listopada. Następna spodziewana: ok. 4 grudnia."
    """
    language = _language(lang)
    known = templates()["status"]

    def say(code: str, **values: str) -> str:
        return known[code][language].format_map(values)

    if assessment.closed is not None:
        reason = assessment.closed.reason.strip().rstrip(".")
        return say("closed", end=formatting.date(assessment.closed.end, language), reason=f"{reason}.")
    today = local_date(assessment.assessed_at)
    sentences = [
        _rhythm_sentence(assessment, language, say),
        *_content_sentences(assessment, today, language, say),
    ]
    if assessment.overdue_at is not None and assessment.status in {"due", "overdue", "delinquent"}:
        sentences.append(say(assessment.status, overdue=short_date(assessment.overdue_at, today, language)))
    elif assessment.forecast is not None:
        code = "next" if local_date(assessment.forecast.median) >= today else "was_due"
        sentences.append(say(code, next=short_date(assessment.forecast.median, today, language)))
    return " ".join(sentences)


def _rhythm_sentence(assessment: Assessment, language: str, say: Any) -> str:
    declared = frequency(assessment.declared_code)
    if declared.kind == "live":
        return say("live")
    if assessment.typical_gap_days is not None:
        if assessment.typical_gap_days <= 1:
            return say("usual_daily")
        return say("usual_days", gap=_interval(assessment.typical_gap_days, language))
    if declared.kind in {"unknown", "never"}:
        return say("no_rhythm")
    return say("promised", frequency=declared.pl if language == "pl" else declared.en)


def _content_sentences(assessment: Assessment, today: date, language: str, say: Any) -> list[str]:
    if assessment.last_new_content is None:
        return [say("never_seen")]
    last = assessment.last_new_content
    told = short_date(last, today, language)
    if frequency(assessment.declared_code).kind == "live" and local_date(last) == today:
        told = formatting.datetime_warsaw(last, language)
    if assessment.cycles:
        return [say("last", last=told)]
    if assessment.newest_period is not None:
        return [say("newest", newest=short_date(assessment.newest_period, today, language))]
    return [say("first_seen", last=told)]


def _tidy(text: str) -> str:
    """Close the gaps that empty parameters leave."""
    for before, after in (("  ", " "), (" .", "."), (" ;", ";"), (" ,", ",")):
        text = text.replace(before, after)
    return text
