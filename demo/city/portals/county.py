"""The made-up portal of Kielce County: CKAN's action API for its roads office, a DCAT-AP catalogue for the rest.

One dataset (``both`` in county.yaml) is in both, as happens where a portal publishes itself twice.
"""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import yaml

from demo.city import SAMPLE_NOTE
from demo.city.live import noise

Made = tuple[int, str, object]
JSON, RDF = "application/json", "application/rdf+xml; charset=utf-8"
EU = "http://publications.europa.eu/resource/authority"
PAGE = 10
YEARS = 5
COMMUNES = (
    *("Bieliny", "Bodzentyn", "Chęciny", "Chmielnik", "Daleszyce", "Górno", "Łagów", "Łopuszno", "Masłów"),
    *("Miedziana Góra", "Mniów", "Morawica", "Nowa Słupia", "Piekoszów", "Pierzchnica", "Raków"),
    *("Sitkówka-Nowiny", "Strawczyn", "Zagnańsk"),
)
THEMES = {
    "transport": "TRAN", "srodowisko": "ENVI", "edukacja": "EDUC", "zdrowie": "HEAL", "gospodarka": "ECON",
    "administracja": "GOVE", "finanse": "ECON", "rolnictwo": "AGRI", "ludnosc": "SOCI",
}  # fmt: skip
PREFIXES = (
    'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dct="http://purl.org/dc/terms/" '
    'xmlns:dcat="http://www.w3.org/ns/dcat#" xmlns:foaf="http://xmlns.com/foaf/0.1/" '
    'xmlns:vcard="http://www.w3.org/2006/vcard/ns#" xmlns:hydra="http://www.w3.org/ns/hydra/core#"'
)


@lru_cache(maxsize=1)
def table() -> dict[str, Any]:
    """county.yaml."""
    return yaml.safe_load(Path(__file__).with_name("county.yaml").read_text(encoding="utf-8"))


def number(name: str) -> str:
    """The UUID of a dataset, an organisation, a file."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"https://dane.powiat.kielce.example/{name}"))


def _years(today: dt.date) -> range:
    return range(today.year - YEARS, today.year)


def csv(name: str, today: dt.date) -> bytes:
    """The file of a dataset: a row for each year and commune."""
    row = table()["datasets"][name]
    lines = [f"rok;gmina;{row['what']} [{row['measure']}]"]
    for year in _years(today):
        for commune in COMMUNES:
            usual = row["low"] + (row["high"] - row["low"]) * (1 + noise("county", name, commune)) / 2
            value = usual * (1 + 0.06 * noise("county", name, commune, year))
            shown = f"{value:.1f}".replace(".", ",") if row["high"] < 100 else f"{value:.0f}"
            lines.append(f"{year};{commune};{shown}")
    return ("\r\n".join(lines) + "\r\n").encode()


def _notes(row: Mapping[str, Any]) -> str:
    return f"{row['title']}: {row['what']} ({row['measure']}) w kolejnych latach, z podziałem na gminy. {SAMPLE_NOTE}"


def _published(today: dt.date) -> str:
    return f"{today.year}-02-15"


def package(name: str, base: str, today: dt.date) -> dict[str, Any]:
    """A dataset as CKAN shows it."""
    row, units, groups = table()["datasets"][name], table()["units"], table()["groups"]
    own, organization = number(name), number(f"org/{row['unit']}")
    years = _years(today)
    return {
        "id": own,
        "name": name,
        "title": row["title"],
        "notes": _notes(row),
        "type": "dataset",
        "state": "active",
        "private": False,
        "isopen": True,
        "license_id": "cc-by",
        "license_title": "Creative Commons Attribution",
        "license_url": "http://www.opendefinition.org/licenses/cc-by",
        "url": "",
        "version": "",
        "author": "",
        "author_email": "",
        "maintainer": units[row["unit"]],
        "maintainer_email": f"{row['unit']}@powiat-kielce.example",
        "metadata_created": "2021-03-01T08:00:00.000000",
        "metadata_modified": f"{_published(today)}T06:00:00.000000",
        "creator_user_id": number("user"),
        "owner_org": organization,
        "num_tags": len(row["tags"]),
        "num_resources": 1,
        "organization": {
            "id": organization,
            "name": row["unit"],
            "title": units[row["unit"]],
            "type": "organization",
            "state": "active",
            "is_organization": True,
            "description": "",
            "image_url": "",
            "created": "2021-03-01T08:00:00.000000",
            "approval_status": "approved",
        },
        "groups": [
            {
                "id": number(f"group/{row['group']}"),
                "name": row["group"],
                "title": groups[row["group"]],
                "display_name": groups[row["group"]],
                "description": "",
                "image_display_url": "",
            }
        ],
        "tags": [
            {
                "id": number(f"tag/{tag}"),
                "name": tag,
                "display_name": tag,
                "state": "active",
                "vocabulary_id": None,
            }
            for tag in row["tags"]
        ],
        "extras": [
            {"key": "frequency", "value": f"{EU}/frequency/{row['frequency']}"},
            {"key": "temporal_start", "value": f"{years[0]}-01-01"},
            {"key": "temporal_end", "value": f"{years[-1]}-12-31"},
            {"key": "Wersja formularza", "value": "2"},
        ],
        "resources": [
            {
                "id": number(f"{name}/csv"),
                "package_id": own,
                "name": f"{row['title']} (CSV)",
                "description": "Średnik, UTF-8.",
                "url": f"{base}/pliki/{name}.csv",
                "format": "CSV",
                "mimetype": "text/csv",
                "mimetype_inner": None,
                "hash": "",
                "size": len(csv(name, today)),
                "created": "2021-03-01T08:00:00.000000",
                "position": 0,
                "state": "active",
                "last_modified": f"{_published(today)}T06:00:00.000000",
                "metadata_modified": f"{_published(today)}T06:00:00.000000",
                "resource_type": None,
                "url_type": None,
                "cache_url": None,
                "cache_last_updated": None,
            }
        ],
        "relationships_as_object": [],
        "relationships_as_subject": [],
    }


def _search(query: Mapping[str, str], base: str, today: dt.date) -> Made:
    """package_search with the parts of Solr's filter that portals are asked for: organisation, groups, ids after one."""
    wanted = query.get("fq", "")
    found = [package(name, base, today) for name in table()["datasets"]]
    for field, key in (
        ("organization", lambda p: [p["organization"]["name"]]),
        ("groups", lambda p: [g["name"] for g in p["groups"]]),
    ):
        if match := re.search(rf"\b{field}:\(?([^)]*)\)?", wanted):
            names = set(re.findall(r"[\w-]+", match.group(1).replace(" OR ", " ")))
            found = [p for p in found if names & set(key(p))]
    if match := re.search(r"\bid:\{(\S+) TO \*\]", wanted):
        found = [p for p in found if p["id"] > match.group(1)]
    found.sort(key=lambda p: p["id"])
    start, rows = int(query.get("start", 0)), min(int(query.get("rows", 10)), 1000)
    result = {
        "count": len(found), "facets": {}, "results": found[start : start + rows], "sort": query.get("sort", "id asc"),
        "search_facets": {},
    }  # fmt: skip
    return (
        200,
        JSON,
        {"help": f"{base}/api/3/action/help_show?name=package_search", "success": True, "result": result},
    )


def _dataset(name: str, base: str, today: dt.date) -> str:
    """A dataset in RDF/XML, as ckanext-dcat writes it."""
    row, units, years = table()["datasets"][name], table()["units"], _years(today)
    uri, file = f"{base}/dataset/{number(name)}", f"{base}/pliki/{name}.csv"
    day = 'rdf:datatype="http://www.w3.org/2001/XMLSchema#date"'
    keywords = "".join(f'<dcat:keyword xml:lang="pl">{escape(tag)}</dcat:keyword>' for tag in row["tags"])
    return f"""<dcat:dataset><dcat:Dataset rdf:about={quoteattr(uri)}>
<dct:title xml:lang="pl">{escape(row["title"])}</dct:title><dct:title xml:lang="en">{escape(row["title_en"])}</dct:title>
<dct:description xml:lang="pl">{escape(_notes(row))}</dct:description><dct:identifier>{number(name)}</dct:identifier>
<dct:issued {day}>2021-03-01</dct:issued><dct:modified {day}>{_published(today)}</dct:modified>{keywords}
<dct:accrualPeriodicity rdf:resource="{EU}/frequency/{row["frequency"]}"/>
<dcat:theme rdf:resource="{EU}/data-theme/{THEMES[row["group"]]}"/><dct:language rdf:resource="{EU}/language/POL"/>
<dct:accessRights rdf:resource="{EU}/access-right/PUBLIC"/><dcat:landingPage rdf:resource={quoteattr(uri)}/>
<dct:publisher><foaf:Organization rdf:about="{base}/organization/{number(f"org/{row['unit']}")}">
<foaf:name>{escape(units[row["unit"]])}</foaf:name></foaf:Organization></dct:publisher>
<dcat:contactPoint><vcard:Organization><vcard:fn>{escape(units[row["unit"]])}</vcard:fn>
<vcard:hasEmail rdf:resource="mailto:{row["unit"]}@powiat-kielce.example"/></vcard:Organization></dcat:contactPoint>
<dct:temporal><dct:PeriodOfTime><dcat:startDate {day}>{years[0]}-01-01</dcat:startDate>
<dcat:endDate {day}>{years[-1]}-12-31</dcat:endDate></dct:PeriodOfTime></dct:temporal>
<dcat:distribution><dcat:Distribution rdf:about="{uri}/resource/{number(f"{name}/csv")}">
<dct:title xml:lang="pl">{escape(row["title"])} (CSV)</dct:title><dcat:accessURL rdf:resource={quoteattr(file)}/>
<dcat:downloadURL rdf:resource={quoteattr(file)}/><dct:format rdf:resource="{EU}/file-type/CSV"/>
<dcat:mediaType rdf:resource="http://www.iana.org/assignments/media-types/text/csv"/>
<dcat:byteSize rdf:datatype="http://www.w3.org/2001/XMLSchema#nonNegativeInteger">{len(csv(name, today))}</dcat:byteSize>
<dct:license rdf:resource="{EU}/licence/CC_BY_4_0"/></dcat:Distribution></dcat:distribution>
</dcat:Dataset></dcat:dataset>"""


def catalogued() -> list[str]:
    """Names of the datasets of the DCAT-AP catalogue."""
    return [name for name, row in table()["datasets"].items() if row["unit"] != "pzd" or row.get("both")]


def _catalog(page: int, base: str, today: dt.date) -> Made:
    names = catalogued()
    last = -(-len(names) // PAGE)
    if not 1 <= page <= last:
        return 404, "text/plain; charset=utf-8", b"Nie ma takiej strony\n"
    here = f"{base}/catalog.xml?page={page}"
    following = f"<hydra:next>{base}/catalog.xml?page={page + 1}</hydra:next>" if page < last else ""
    members = "\n".join(_dataset(name, base, today) for name in names[(page - 1) * PAGE : page * PAGE])
    text = f"""<?xml version="1.0" encoding="utf-8"?>
<rdf:RDF {PREFIXES}>
<hydra:PagedCollection rdf:about={quoteattr(here)}>{following}<hydra:totalItems>{len(names)}</hydra:totalItems>
<hydra:itemsPerPage>{PAGE}</hydra:itemsPerPage></hydra:PagedCollection>
<dcat:Catalog rdf:about={quoteattr(base)}><dct:title xml:lang="pl">Powiat kielecki (dane przykładowe)</dct:title>
{members}
</dcat:Catalog></rdf:RDF>"""
    return 200, RDF, text.encode()


def answer(path: str, query: Mapping[str, str], _lang: str, base: str, today: dt.date) -> Made:
    """Status, content type and body of a request to the portal at ``base``."""
    name = path.removeprefix("/pliki/").removesuffix(".csv")
    by_id = {number(each): each for each in table()["datasets"]}
    if path == "/api/3/action/package_search":
        return _search(query, base, today)
    if path in ("/api/3/action/package_show", "/api/action/package_show"):
        wanted = by_id.get(query.get("id", ""), query.get("id", ""))
        if wanted in table()["datasets"]:
            return 200, JSON, {"help": "", "success": True, "result": package(wanted, base, today)}
        return (
            404,
            JSON,
            {"help": "", "success": False, "error": {"message": "Not found", "__type": "Not Found Error"}},
        )
    if path == "/catalog.xml":
        page = query.get("page", "1")
        return _catalog(int(page) if page.isdigit() else 0, base, today)
    if path.startswith("/pliki/") and name in table()["datasets"]:
        return 200, "text/csv; charset=utf-8", csv(name, today)
    if (
        path.startswith("/dataset/")
        and (found := by_id.get(path.split("/")[2], path.split("/")[2])) in table()["datasets"]
    ):
        row = table()["datasets"][found]
        page = f"<!doctype html><html lang='pl'><title>{escape(row['title'])}</title><h1>{escape(row['title'])}</h1>"
        return 200, "text/html; charset=utf-8", (page + f"<p>{escape(_notes(row))}</p>").encode()
    return 404, "text/plain; charset=utf-8", b"Nie ma takiej strony\n"
