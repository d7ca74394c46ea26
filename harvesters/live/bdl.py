"""GUS's Local Data Bank (BDL API v1): the city's unit, subjects, variables and the years they cover. Pure.

Shapes as public clients of the API use them. Pages count from 0; answers come in JSON and XML.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlencode

from ckanext.kielce.common import vocabularies
from ckanext.kielce.common.http import Response
from ckanext.kielce.common.http_errors import safe_url
from ckanext.kielce.harvest.records import SourceError
from ckanext.kielce.harvesters.answers import json_object

PAGE_SIZE = 100
MAX_PAGES = 50
MAX_BYTES = 32 * 1024 * 1024
#: Levels of BDL's units: 6 a commune, 5 a county; a city with county rights is both.
COMMUNE, COUNTY = 6, 5
#: Variables asked for in one request of data.
AT_ONCE = 20
#: Published limits, (seconds, requests): without a client's number, and with one (X-ClientId).
ANONYMOUS = ((1, 5), (900, 100), (43_200, 1_000), (604_800, 10_000))
REGISTERED = ((1, 10), (900, 500), (43_200, 5_000), (604_800, 50_000))
#: Longer waits than this are left to the next run.
PATIENCE = 20.0


class Fetcher(Protocol):
    """What is needed of the harvest's client."""

    def fetch(self, url: str, **options: Any) -> Response: ...


class Pace:
    """Requests of this process within GUS's limits: waits a little, and refuses what would take long."""

    def __init__(
        self,
        limits: tuple[tuple[int, int], ...],
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.limits, self.clock, self.sleep = limits, clock, sleep
        self.past: deque[float] = deque(maxlen=max(count for _seconds, count in limits))

    def wait(self) -> None:
        """Wait until one more request is allowed. Raises SourceError when that is far off."""
        now = self.clock()
        pause = 0.0
        for seconds, count in self.limits:
            if len(self.past) >= count:
                pause = max(pause, self.past[-count] + seconds - now)
        if pause > PATIENCE:
            minutes = round(pause / 60) + 1
            raise SourceError(
                f"GUS allows no more requests for now ({minutes} min). Run later, or get a client number "
                "(X-ClientId) and set it as the source's secret.",
                f"GUS nie przyjmie na razie więcej zapytań ({minutes} min). Uruchom później albo uzyskaj numer klienta "
                "(X-ClientId) i ustaw go jako hasło źródła.",
            )
        if pause > 0:
            self.sleep(pause)
        self.past.append(self.clock())


@dataclass(frozen=True)
class Variable:
    """A variable: ``names`` are its dimensions, ``level`` the lowest level of units that has it."""

    id: int
    subject: str
    names: tuple[str, ...]
    unit: str
    level: int


@dataclass
class Bank:
    """The API at ``base`` (without closing slash), asked within the limits."""

    client: Fetcher
    base: str
    pace: Pace = field(default_factory=lambda: Pace(ANONYMOUS))

    def ask(self, path: str, **query: Any) -> dict[str, Any]:
        """One answer. Raises SourceError for anything but an answer of this API."""
        self.pace.wait()
        url = f"{self.base}/{path}?{urlencode({**query, 'format': 'json'}, doseq=True)}"
        with self.client.fetch(url, max_bytes=MAX_BYTES, headers={"Accept": "application/json"}) as answer:
            found = json_object(answer.body, url)
        if found.get("errors"):
            raise SourceError(
                f"BDL at {safe_url(url)} answers with an error: {found['errors']}. Check the numbers in the settings.",
                f"BDL pod adresem {safe_url(url)} odpowiada błędem: {found['errors']}. Sprawdź numery w ustawieniach.",
            )
        return found

    def results(self, path: str, **query: Any) -> Iterator[dict[str, Any]]:
        """The rows of all pages of a list."""
        read = 0
        for page in range(MAX_PAGES):
            found = self.ask(path, **query, **{"page": page, "page-size": PAGE_SIZE})
            rows = found.get("results")
            if not isinstance(rows, list):
                where = safe_url(self.base)
                raise SourceError(
                    f"{where} answers, but not as GUS's BDL API does (no list of results). Give the API's address, "
                    "https://bdl.stat.gov.pl/api/v1.",
                    f"{where} odpowiada, ale nie tak jak API BDL GUS (brak listy results). Podaj adres API, "
                    "https://bdl.stat.gov.pl/api/v1.",
                )
            yield from (row for row in rows if isinstance(row, dict))
            read += len(rows)
            if not rows or read >= int(found.get("totalRecords") or 0):
                return


def teryt_of(unit_id: str) -> str:
    """The TERYT code inside a BDL number: macroregion, VOIVODESHIP, region, subregion, COUNTY, COMMUNE, KIND."""
    return unit_id[2:4] + unit_id[7:12] if len(unit_id) == 12 and unit_id.isdigit() else ""


def find_unit(bank: Bank, teryt: str, name: str) -> str:
    """BDL's number of the commune with a TERYT code, found by its name. Raises SourceError when it isn't there."""
    seen = []
    for row in bank.results("units/search", name=name, level=COMMUNE, lang="pl"):
        number = str(row.get("id") or "")
        if teryt_of(number) == teryt:
            return number
        seen.append(f"{row.get('name')} ({teryt_of(number) or number})")
    listed = ", ".join(seen[:5]) or "-"
    raise SourceError(
        f'BDL has no commune "{name}" with the TERYT code {teryt} (it has: {listed}). Check the settings teryt and '
        "unit_name.",
        f"BDL nie zna gminy „{name}” o kodzie TERYT {teryt} (są: {listed}). Sprawdź ustawienia teryt i unit_name.",
    )


def county_of(unit: str) -> str:
    """BDL's number of the county that a commune belongs to (for a city with county rights, the same city)."""
    return f"{unit[:9]}000"


def _variable(row: dict[str, Any]) -> Variable:
    names = tuple(str(row[key]).strip() for key in ("n1", "n2", "n3", "n4", "n5") if row.get(key))
    level = row.get("level")
    return Variable(
        int(row["id"]),
        str(row.get("subjectId") or ""),
        names,
        str(row.get("measureUnitName") or ""),
        level if isinstance(level, int) else COMMUNE,
    )


def variable(bank: Bank, number: int) -> Variable:
    """One variable. Raises SourceError when the answer is none."""
    found = bank.ask(f"variables/{number}", lang="pl")
    if not isinstance(found.get("id"), int):
        raise SourceError(
            f"BDL knows no variable {number}; check the setting variables.",
            f"BDL nie zna zmiennej {number}; sprawdź ustawienie variables.",
        )
    return _variable(found)


def variables_of(bank: Bank, subject: str) -> list[Variable]:
    """All variables of a subject."""
    return [
        _variable(row)
        for row in bank.results("variables", **{"subject-id": subject, "lang": "pl"})
        if row.get("id")
    ]


def subject_name(bank: Bank, subject: str) -> str:
    """A subject's name, as BDL writes it."""
    return str(bank.ask(f"subjects/{subject}", lang="pl").get("name") or subject).strip()


def years(bank: Bank, unit: str, numbers: list[int]) -> dict[int, tuple[int, int]]:
    """(first, last) year with a value in the unit, for each variable that has any."""
    found: dict[int, tuple[int, int]] = {}
    for start in range(0, len(numbers), AT_ONCE):
        chosen = numbers[start : start + AT_ONCE]
        for row in bank.results(f"data/by-unit/{unit}", **{"var-id": chosen, "lang": "pl"}):
            given = [int(each["year"]) for each in row.get("values") or [] if each.get("val") is not None]
            if given and isinstance(row.get("id"), int):
                found[row["id"]] = (min(given), max(given))
    return found


def address(base: str, unit: str, numbers: list[int], form: str) -> str:
    """Where the values of variables in a unit are, in ``json`` or ``xml``."""
    return f"{base}/data/by-unit/{unit}?{urlencode({'var-id': numbers, 'format': form, 'page-size': PAGE_SIZE}, doseq=True)}"


def dataset(content: dict[str, Any]) -> dict[str, Any]:
    """A subject or a variable as a dataset of the city's schema.

    ``content``: base, unit, place, subject, subject_name, indicator (bool), variables [{id, names, unit, first, last}].
    """
    rows: list[dict[str, Any]] = content["variables"]
    numbers = [row["id"] for row in rows]
    first, last = min(row["first"] for row in rows), max(row["last"] for row in rows)
    listed = "\n".join(
        f"- {'; '.join(row['names'])} ({row['unit'] or '-'}, {row['first']}–{row['last']})" for row in rows
    )
    what = (
        content["subject_name"].capitalize() if content["subject_name"].isupper() else content["subject_name"]
    )
    title = f"{what}: {'; '.join(rows[0]['names'])}" if content["indicator"] else what
    source = "Bank Danych Lokalnych GUS"
    columns = [
        {"name": "year", "type": "year", "title": "Rok"},
        {
            "name": "val",
            "type": "number",
            "title": "Wartość",
            **({"unit": rows[0]["unit"]} if len(rows) == 1 else {}),
        },
        {"name": "attrId", "type": "integer", "title": "Atrybut wartości według słownika GUS"},
    ]
    made: dict[str, Any] = {
        "type": "indicator" if content["indicator"] else "dataset",
        "title": f"{title} – {content['place']}",
        "notes": f"Roczne dane statystyczne dla: {content['place']}. Źródło: {source}, temat {content['subject']}.\n\n{listed}",
        "url": f"https://bdl.stat.gov.pl/bdl/metadane/cechy/{content['subject'][1:]}"
        if content["subject"][:1] == "P"
        else None,
        "frequency": str(vocabularies.load("frequencies").index["annual"].value),
        "tags": [{"name": name} for name in ("GUS", "BDL", "statystyka")],
        "publisher": [{"name": "Główny Urząd Statystyczny", "url": "https://stat.gov.pl"}],
        "temporal_coverage": [{"start": f"{first}-01-01", "end": f"{last}-12-31"}],
        "provenance": f"{source}; jednostka {content['unit']}.",
        "resources": [
            {
                "url": address(content["base"], content["unit"], numbers, form),
                "name": f"Wartości w latach ({form.upper()})",
                "name_en": f"Values by year ({form.upper()})",
                "description": "Odpowiedź API BDL: dla każdej zmiennej lista lat i wartości.",
                "format": form.upper(),
                "mimetype": f"application/{form}",
                "encoding": "utf-8",
                "temporal_start": f"{first}-01-01",
                "temporal_end": f"{last}-12-31",
                **({"columns": columns} if form == "json" else {}),
            }
            for form in ("json", "xml")
        ],
    }
    if content["indicator"]:
        made |= {
            "indicator_code": f"BDL {rows[0]['id']}",
            "indicator_standard": "GUS BDL",
            "indicator_unit": rows[0]["unit"],
            "indicator_direction": "none",
            "compiler": "Główny Urząd Statystyczny",
        }
    return {key: value for key, value in made.items() if value not in (None, "", [])}
