"""Harvester ``gus_bdl``: registers statistics of the city in GUS's Local Data Bank."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from ckanext.kielce.common import vocabularies
from ckanext.kielce.common.http import FetchError
from ckanext.kielce.harvest.base import (
    Client,
    ConfigField,
    DatasetDraft,
    Record,
    Source,
    SourceError,
    SourceHarvester,
    language,
)
from ckanext.kielce.harvest.records import digest
from ckanext.kielce.harvesters.said import Said

from .bdl import (
    ANONYMOUS,
    COMMUNE,
    COUNTY,
    REGISTERED,
    Bank,
    Pace,
    Variable,
    county_of,
    dataset,
    find_unit,
    subject_name,
    variable,
    variables_of,
    years,
)

TERYT = "2661011"
#: GUS counts the requests of a client; so do we, for all its sources in this process.
_paces: dict[str, Pace] = {}


def teryt(value: Any) -> str | None:
    """A complaint about a code that is no commune's."""
    return (
        None
        if len(str(value)) == 7 and vocabularies.is_teryt(str(value))
        else f'"{value}" is no TERYT code of a commune'
    )


def numbers(value: Any) -> str | None:
    """A complaint about variables that are no numbers."""
    bad = [each for each in value if not str(each).isdigit()]
    return f'"{bad[0]}" is no number of a variable' if bad else None


class GusBdlHarvester(SourceHarvester):
    """The source's address is the API's, ``https://bdl.stat.gov.pl/api/v1``."""

    about: ClassVar[dict[str, str]] = {
        "name": "gus_bdl",
        "title": "Statystyki GUS (BDL)",
        "description": "Rejestracja statystyk miasta z Banku Danych Lokalnych GUS (API v1)",
    }
    config_schema: ClassVar[dict[str, ConfigField]] = {
        "subjects": ConfigField(
            "Subjects, such as P2425: a dataset of each, with all its variables.",
            "list",
            description_pl="Tematy, na przykład P2425: z każdego zbiór ze wszystkimi jego zmiennymi.",
        ),
        "variables": ConfigField(
            "Numbers of variables, such as 72305: an indicator of each.",
            "list",
            check=numbers,
            description_pl="Numery zmiennych, na przykład 72305: z każdej wskaźnik.",
        ),
        "teryt": ConfigField(
            "TERYT code of the commune (default 2661011, Kielce).",
            check=teryt,
            description_pl="Kod TERYT gminy (domyślnie 2661011, Kielce).",
        ),
        "unit_name": ConfigField(
            "Name by which BDL finds the commune (default: its name by the TERYT code).",
            description_pl="Nazwa, po której BDL znajduje gminę (domyślnie nazwa według kodu TERYT).",
        ),
    }

    def records(self, source: Source, client: Client) -> Iterator[Record]:
        config, base, lang = source.config, source.url.rstrip("/"), language()
        if not config.get("subjects") and not config.get("variables"):
            raise SourceError(
                "Nothing is chosen: set subjects or variables.",
                "Nic nie wybrano: ustaw tematy (subjects) albo zmienne (variables).",
            )
        code = str(config.get("teryt") or TERYT)
        place = vocabularies.place(code)
        name = str(config.get("unit_name") or (place.pl if place else ""))
        if not name:
            raise SourceError(
                f"The portal does not know the name of {code}; set unit_name.",
                f"Portal nie zna nazwy gminy {code}; ustaw unit_name.",
            )
        secret = str(config.get("secret") or "")
        pace = _paces.setdefault(f"{base} {secret}", Pace(REGISTERED if secret else ANONYMOUS))
        bank = Bank(client, base, pace)
        unit = find_unit(bank, code, name)
        for subject in config.get("subjects") or []:
            yield from _guarded(
                lambda subject=str(subject): _subject(bank, unit, name, subject, lang), str(subject), lang
            )
        for number in config.get("variables") or []:
            yield from _guarded(
                lambda number=int(number): _indicator(bank, unit, name, number, lang),
                f"variable-{number}",
                lang,
            )

    def to_dataset(self, record: Record, source: Source) -> DatasetDraft:
        return DatasetDraft(dataset(record.loaded()))


def _guarded(made: Any, guid: str, lang: str) -> Iterator[Record]:
    """The record, or one that says why it can't be had; the others go on."""
    try:
        yield made()
    except FetchError as error:
        if error.kind != "http_error" or error.status not in (400, 404):
            raise
        yield Record(guid, None, {"title": guid}, error=error.text(lang))


def _subject(bank: Bank, unit: str, place: str, subject: str, lang: str) -> Record:
    return _record(bank, unit, place, subject, variables_of(bank, subject), False, subject, lang)


def _indicator(bank: Bank, unit: str, place: str, number: int, lang: str) -> Record:
    found = variable(bank, number)
    return _record(bank, unit, place, found.subject, [found], True, f"variable-{number}", lang)


def _record(
    bank: Bank,
    unit: str,
    place: str,
    subject: str,
    found: list[Variable],
    indicator: bool,
    guid: str,
    lang: str,
) -> Record:
    level = COMMUNE if any(each.level >= COMMUNE for each in found) else COUNTY
    usable = [each for each in found if each.level >= level]
    number = unit if level == COMMUNE else county_of(unit)
    spans = years(bank, number, [each.id for each in usable]) if usable else {}
    rows = [
        {
            "id": each.id,
            "names": list(each.names),
            "unit": each.unit,
            "first": spans[each.id][0],
            "last": spans[each.id][1],
        }
        for each in usable
        if each.id in spans
    ]
    if not rows:
        said = Said(
            f"BDL nie ma wartości dla {place} w „{guid}”; wybierz inny temat lub zmienną",
            f"BDL has no values for {place} in {guid}; choose another subject or variable",
        )
        return Record(guid, None, {"title": guid}, error=said.text(lang))
    left = len(found) - len(rows)
    problems = []
    if left:
        said = Said(
            f"zmienne bez wartości dla miasta: {left} ({guid})",
            f"variables without values for the city: {left} ({guid})",
        )
        problems.append(said.text(lang))
    content = {
        "base": bank.base,
        "unit": number,
        "place": place,
        "subject": subject,
        "subject_name": subject_name(bank, subject),
        "indicator": indicator,
        "variables": rows,
    }
    return Record(guid, digest(content), content, problems)
