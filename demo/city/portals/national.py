"""The national portal in the shape of its API 1.4 (JSON:API), for one made-up institution.

After the serialisers of the portal's published source (mcod): attributes, relationships with meta.count, links and meta.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from demo.city import SAMPLE_NOTE
from demo.city.live import noise

Made = tuple[int, str, object]
JSON = "application/vnd.api+json"
INSTITUTION = "9001"
UNIT = "Świętokrzyski Urząd Wojewódzki (dane przykładowe)"


@lru_cache(maxsize=1)
def table() -> dict[str, dict[str, Any]]:
    """national.yaml by number."""
    raw = yaml.safe_load(Path(__file__).with_name("national.yaml").read_text(encoding="utf-8"))
    return {row["id"]: row for row in raw["datasets"]}


def csv(number: str, today: dt.date) -> bytes:
    """The file of a dataset: a row for each month of the last two whole years."""
    lines = [f"miesiąc;{table()[number]['heading']}"]
    for year in (today.year - 2, today.year - 1):
        for month in range(1, 13):
            lines.append(f"{year}-{month:02d};{round(120 * (1.4 + noise('national', number, year, month)))}")
    return ("\r\n".join(lines) + "\r\n").encode()


def _dataset(row: dict[str, Any], base: str, lang: str, today: dt.date) -> dict[str, Any]:
    number, slug = row["id"], row["slug"]
    title = row["title_en"] if lang.startswith("en") else row["title"]
    category = {"id": "1", "title": row["category"], "code": row["theme"]}
    stamp = f"{today.year}-01-20T07:00:00Z"
    address = f"{base}/datasets/{number},{slug}"
    return {
        "id": number,
        "type": "dataset",
        "attributes": {
            "title": title,
            "slug": slug,
            "notes": f"<p>{title}.</p><p>{SAMPLE_NOTE}</p>",
            "categories": [category],
            "category": category,
            "formats": ["csv"],
            "types": ["file"],
            "keywords": row["keywords"],
            "openness_scores": [3],
            "license_chosen": 2,
            "license_name": "CC BY 4.0",
            "license_description": "",
            "license_condition_source": True,
            "license_condition_modification": False,
            "license_condition_responsibilities": "",
            "update_frequency": row["rhythm"],
            "license_condition_db_or_copyrighted": "",
            "license_condition_personal_data": "",
            "license_condition_default_cc40": True,
            "views_count": 100 + today.toordinal() % 97,
            "downloads_count": 10,
            "url": "",
            "followed": False,
            "modified": stamp,
            "resource_modified": stamp,
            "created": "2022-05-04T09:00:00Z",
            "verified": stamp,
            "visualization_types": ["table"],
            "source": None,
            "image_url": "",
            "image_alt": "",
            "has_dynamic_data": False,
            "has_high_value_data": False,
            "has_high_value_data_from_ec_list": False,
            "has_research_data": False,
            "is_promoted": False,
            "supplements": [],
            "regions": [{"region_id": "26", "name": "świętokrzyskie", "is_additional": False}],
            "archived_resources_files_url": None,
        },
        "relationships": {
            "institution": {
                "data": {"id": INSTITUTION, "type": "institution"},
                "links": {"related": f"{base}/institutions/{INSTITUTION}"},
            },
            "resources": {"links": {"related": f"{address}/resources"}, "meta": {"count": 1}},
        },
        "links": {"self": address},
    }


def _resource(row: dict[str, Any], base: str, today: dt.date) -> dict[str, Any]:
    number, slug, title = row["id"], row["slug"], row["title"]
    own = f"{number}1"
    return {
        "id": own,
        "type": "resource",
        "attributes": {
            "title": f"{title} – miesiące",
            "description": "<p>Średnik, UTF-8.</p>",
            "category": "",
            "format": "csv",
            "media_type": "file",
            "visualization_types": ["table"],
            "openness_score": 3,
            "views_count": 5,
            "downloads_count": 2,
            "language": "pl",
            "modified": f"{today.year}-01-20T07:00:00Z",
            "created": "2022-05-04T09:00:00Z",
            "verified": f"{today.year}-01-20T07:00:00Z",
            "data_date": f"{today.year - 1}-12-31",
            "file_url": f"{base}/media/{number}.csv",
            "file_size": len(csv(number, today)),
            "csv_file_url": f"{base}/media/{number}.csv",
            "csv_file_size": None,
            "jsonld_file_url": None,
            "jsonld_file_size": None,
            "jsonld_download_url": None,
            "download_url": f"{base}/media/{number}.csv",
            "csv_download_url": None,
            "link": f"{base}/media/{number}.csv",
            "special_signs": [],
            "is_chart_creation_blocked": True,
            "has_dynamic_data": False,
            "has_high_value_data": False,
            "has_high_value_data_from_ec_list": False,
            "has_research_data": False,
            "contains_protected_data": False,
            "regions": [],
            "files": [],
            "supplements": [],
        },
        "relationships": {
            "dataset": {
                "data": {"id": number, "type": "dataset"},
                "links": {"related": f"{base}/datasets/{number},{slug}"},
            }
        },
        "links": {"self": f"{base}/resources/{own}"},
    }


def _listing(rows: list[dict[str, Any]], query: Mapping[str, str], path: str, base: str, lang: str) -> Made:
    page, size = int(query.get("page", 1)), min(int(query.get("per_page", 20)), 100)
    shown = rows[(page - 1) * size : page * size]
    here = f"{base}{path}"
    links = {"self": f"{here}?page={page}&per_page={size}"}
    if page * size < len(rows):
        links["next"] = f"{here}?page={page + 1}&per_page={size}"
    meta = {
        "language": lang or "pl",
        "params": dict(query),
        "path": path,
        "rel_uri": path,
        "count": len(rows),
    }
    return 200, JSON, {"data": shown, "links": links, "meta": meta, "jsonapi": {"version": "1.0"}}


def _words(row: dict[str, Any]) -> str:
    return " ".join([row["title"], *row["keywords"]]).lower()


def answer(path: str, query: Mapping[str, str], lang: str, base: str, today: dt.date) -> Made:
    """Status, content type and body of a request to the API at ``base``."""
    parts = path.strip("/").split("/")
    number = parts[1].split(",")[0] if len(parts) > 1 else ""
    row = table().get(number)
    if parts == ["datasets"]:
        wanted = query.get("institution[id][term]", INSTITUTION)
        words = query.get("q", "").lower()
        rows = [each for each in table().values() if wanted == INSTITUTION and words in _words(each)]
        return _listing([_dataset(each, base, lang, today) for each in rows], query, path, base, lang)
    if parts[0] == "datasets" and row and len(parts) == 2:
        return 200, JSON, {"data": _dataset(row, base, lang, today), "jsonapi": {"version": "1.0"}}
    if parts[0] == "datasets" and row and parts[2:] == ["resources"]:
        return _listing([_resource(row, base, today)], query, path, base, lang)
    if parts[0] == "institutions" and number == INSTITUTION:
        about = {
            "id": INSTITUTION,
            "type": "institution",
            "attributes": {"title": UNIT, "slug": "suw", "institution_type": "local"},
        }
        return 200, JSON, {"data": about, "jsonapi": {"version": "1.0"}}
    if parts[0] == "media" and (known := parts[-1].removesuffix(".csv")) in table():
        return 200, "text/csv; charset=utf-8", csv(known, today)
    return (
        404,
        JSON,
        {
            "errors": [{"id": "404", "title": "Not Found", "status": "404 Not Found"}],
            "jsonapi": {"version": "1.0"},
        },
    )
