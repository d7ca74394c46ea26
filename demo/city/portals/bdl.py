"""GUS's Local Data Bank in the shape of its API v1: units, subjects, variables and values by year. Made-up values.

Numbers of variables and subjects are of this stand-in; only the TERYT digits inside the numbers of units are real.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape

from demo.city.live import noise

Made = tuple[int, str, object]
KIELCE, COUNTY = "052615261011", "052615261000"
UNITS = (
    {
        "id": "052615204033",
        "name": "Chęciny",
        "parentId": "052615204000",
        "level": 6,
        "kind": "3",
        "hasDescription": False,
    },
    {"id": KIELCE, "name": "Kielce", "parentId": COUNTY, "level": 6, "kind": "1", "hasDescription": False},
    {
        "id": COUNTY,
        "name": "Powiat m. Kielce",
        "parentId": "052615200000",
        "level": 5,
        "hasDescription": False,
    },
)
SUBJECTS = {
    "P9001": "LUDNOŚĆ WEDŁUG PŁCI (dane przykładowe)",
    "P9002": "Rynek pracy (dane przykładowe)",
    "P9003": "MIESZKANIA (dane przykładowe)",
}
#: id → subject, names, unit of measure, lowest level, usual value.
VARIABLES = {
    900101: ("P9001", ("ogółem", "stan na 31 XII"), "osoba", 6, 184_000),
    900102: ("P9001", ("mężczyźni", "stan na 31 XII"), "osoba", 6, 86_000),
    900103: ("P9001", ("kobiety", "stan na 31 XII"), "osoba", 6, 98_000),
    900201: ("P9002", ("stopa bezrobocia rejestrowanego",), "%", 5, 5.2),
    900301: ("P9003", ("mieszkania oddane do użytkowania",), "szt.", 6, 900),
}
FIRST = 2004


def _variable(number: int) -> dict[str, Any]:
    subject, names, unit, level, _usual = VARIABLES[number]
    dimensions = {f"n{index}": name for index, name in enumerate(names, 1)}
    return {
        "id": number,
        "subjectId": subject,
        **dimensions,
        "level": level,
        "measureUnitId": 1,
        "measureUnitName": unit,
    }


def _values(number: int, today: dt.date) -> list[dict[str, Any]]:
    usual = VARIABLES[number][4]
    found: list[dict[str, Any]] = []
    for year in range(FIRST, today.year):
        value = usual * (1 + 0.04 * noise("bdl", number, year))
        found.append(
            {"year": str(year), "val": round(value, 1) if usual < 100 else round(value), "attrId": 1}
        )
    return found


def _listing(rows: list[dict[str, Any]], query: Mapping[str, str], **more: Any) -> Made:
    page, size = int(query.get("page", 0)), min(int(query.get("page-size", 10)), 100)
    shown = rows[page * size : (page + 1) * size]
    return (
        200,
        "application/json",
        {"totalRecords": len(rows), "page": page, "pageSize": size, **more, "results": shown},
    )


def _missing() -> Made:
    return (
        404,
        "application/json",
        {"errors": [{"errorResult": "Nie znaleziono", "errorReason": "NotFound", "errorCode": 404}]},
    )


def answer(path: str, query: Mapping[str, str], variables: list[str], today: dt.date) -> Made:
    """Status, content type and body of a request; ``variables`` are all values of ``var-id``."""
    parts = path.strip("/").split("/")
    if path == "/units/search":
        name, level = query.get("name", "").lower(), query.get("level", "")
        rows = [row for row in UNITS if name in str(row["name"]).lower() and level in ("", str(row["level"]))]
        return _listing(rows, query)
    if parts[0] == "subjects" and len(parts) == 2 and parts[1] in SUBJECTS:
        about = {
            "id": parts[1],
            "name": SUBJECTS[parts[1]],
            "hasVariables": True,
            "children": [],
            "levels": [5, 6],
        }
        return 200, "application/json", about
    if path == "/variables":
        return _listing(
            [_variable(n) for n in VARIABLES if VARIABLES[n][0] == query.get("subject-id")], query
        )
    if parts[0] == "variables" and len(parts) == 2 and parts[1].isdigit() and int(parts[1]) in VARIABLES:
        return 200, "application/json", _variable(int(parts[1]))
    if parts[:2] == ["data", "by-unit"] and len(parts) == 3 and parts[2] in (KIELCE, COUNTY):
        reach = 6 if parts[2] == KIELCE else 5
        known = [
            int(n) for n in variables if n.isdigit() and int(n) in VARIABLES and VARIABLES[int(n)][3] >= reach
        ]
        rows = [
            {
                "id": n,
                "measureUnitId": 1,
                "aggregateId": 1,
                "lastUpdate": f"{today.year}-04-30T09:00:00",
                "values": _values(n, today),
            }
            for n in known
        ]
        if query.get("format") == "xml":
            return 200, "application/xml; charset=utf-8", _xml(parts[2], rows)
        return _listing(rows, query, unitId=parts[2], unitName="Kielce", aggregateId=1)
    return _missing()


def _xml(unit: str, rows: list[dict[str, Any]]) -> bytes:
    def value(row: Mapping[str, Any]) -> str:
        return f"<yearVal><year>{row['year']}</year><val>{row['val']}</val><attrId>{row['attrId']}</attrId></yearVal>"

    inner = "".join(
        f"<variableData><id>{row['id']}</id><values>{''.join(map(value, row['values']))}</values></variableData>"
        for row in rows
    )
    head = f"<?xml version='1.0' encoding='utf-8'?><singleUnitData><unitId>{escape(unit)}</unitId>"
    return f"{head}<results>{inner}</results></singleUnitData>".encode()
