"""A dataset of dane.gov.pl in the city's schema. Pure."""

from __future__ import annotations

from typing import Any

from ckanext.kielce.common import vocabularies
from ckanext.kielce.harvest.records import DatasetDraft
from ckanext.kielce.harvesters.said import Said, tell
from ckanext.kielce.harvesters.utilities.mapping import tags
from ckanext.kielce.harvesters.utilities.model import format_code, media_type_of, whole_number

from . import fields
from .dane_api import site
from .fields import address, filled, listed, plain, said, text

#: Attributes that are mapped, or say nothing to a reader.
KNOWN = frozenset(
    [
        *(
            "title",
            "slug",
            "notes",
            "categories",
            "category",
            "formats",
            "types",
            "tags",
            "keywords",
            "source",
        ),
        *(
            "openness_scores",
            "license_chosen",
            "license_name",
            "license_description",
            "update_frequency",
            "url",
        ),
        *(
            "modified",
            "resource_modified",
            "created",
            "verified",
            "regions",
            "supplements",
            "has_research_data",
        ),
        *("license_condition_source", "license_condition_modification", "license_condition_timestamp"),
        *("license_condition_original", "license_condition_default_cc40", "has_high_value_data"),
        *("has_high_value_data_from_ec_list", "has_dynamic_data"),
    ]
)
#: Conditions of reuse that are texts.
CONDITIONS = (
    *("license_condition_responsibilities", "license_condition_db_or_copyrighted"),
    *("license_condition_custom_description", "license_condition_personal_data"),
)


def dataset(content: dict[str, Any], domains: dict[str, Any] | None, lang: str) -> DatasetDraft:
    """The dataset as the city's schema has it; ``content`` as `dane_api.read` makes it."""
    given, unmapped = content["attributes"], list[Said]()
    english = content.get("english") or {}
    page = f"{site(content['base'])}/pl/dataset/{content['id']}"
    title, notes = text(given.get("title")), plain(given.get("notes"))
    title_en, notes_en = text(english.get("title")), plain(english.get("notes"))
    if not title_en or title_en == title:  # not translated: the portal then answers in Polish
        title_en = notes_en = ""
    categories = [
        row for row in listed(given.get("categories") or given.get("category")) if isinstance(row, dict)
    ]
    themes = [entry.value for row in categories if (entry := vocabularies.theme(text(row.get("code"))))]
    owner = text(content.get("institution_title"))
    resources = [resource(row, content["base"], unmapped) for row in content.get("resources") or []]
    data: dict[str, Any] = {
        "type": "dataset",
        "title": title,
        "title_en": title_en,
        "notes": notes or title,
        "notes_en": notes_en,
        "url": f"{page},{text(given.get('slug'))}" if text(given.get("slug")) else page,
        "identifier": content["id"],
        "tags": tags([text(word) for word in _words(given.get("keywords") or given.get("tags"))]),
        "theme": themes,
        "domain": fields.domain([text(row.get("title")) for row in categories], themes, domains),
        "frequency": fields.frequency(given.get("update_frequency"), unmapped),
        "license_id": fields.licence([given.get("license_name")], unmapped),
        "rights": "\n".join(filter(None, (plain(given.get(name)) for name in CONDITIONS))),
        "issued": fields.day(given.get("created")),
        "modified": fields.day(given.get("resource_modified") or given.get("verified")),
        "documentation": [
            url for row in _rows(given.get("supplements")) if (url := address(row.get("file_url")))
        ],
        "source": [url] if (url := address(given.get("url"))) else [],
        "publisher": [{"name": owner}] if owner else None,
        "resources": [row for row in resources if row],
    }
    if given.get("has_high_value_data_from_ec_list"):
        unmapped.append(
            said(
                "dane o wysokiej wartości",
                "high-value data",
                title,
                ("brak kategorii", "no category is given"),
            )
        )
    if origin := address(
        (given.get("source") or {}).get("url") if isinstance(given.get("source"), dict) else None
    ):
        data["provenance"] = f"Portal dane.gov.pl, który pobrał zbiór z {origin}."
    for row in _rows(given.get("regions")):
        code = text(row.get("region_id"))
        if vocabularies.place(code):
            data["teryt"] = code
            break
    for key in sorted(set(given) - KNOWN - set(CONDITIONS)):
        if given[key] not in (None, "", [], {}, False):
            unmapped.append(said(f"pole {key}", f"field {key}", given[key]))
    return DatasetDraft(filled(data), tell(unmapped, lang), owner or None)


def _rows(value: Any) -> list[dict[str, Any]]:
    return [row for row in listed(value) if isinstance(row, dict)]


def _words(value: Any) -> list[Any]:
    return [row.get("name") if isinstance(row, dict) else row for row in listed(value)]


def resource(row: dict[str, Any], base: str, unmapped: list[Said]) -> dict[str, Any]:
    """A file of the portal; empty for one that has no address at all."""
    url = next(
        (found for key in ("download_url", "file_url", "link") if (found := address(row.get(key)))),
        None,
    )
    if not url:
        unmapped.append(said("plik bez adresu", "file without an address", row.get("title") or row.get("id")))
        return {}
    link, kind = address(row.get("link")) or url, text(row.get("media_type"))
    code = format_code(text(row.get("format")), "", url)
    if kind == "api" and code in (None, "JSON"):
        code = "REST"
    elif kind == "website" and code is None:
        code = "HTML"
    if code is None and text(row.get("format")):
        unmapped.append(said("format", "format", row["format"], ("nieznany", "unknown")))
    language = vocabularies.language(text(row.get("language")))
    return filled(
        {
            "url": url,
            "name": text(row.get("title")) or text(row.get("id")),
            "description": plain(row.get("description")),
            "format": code or text(row.get("format")).upper(),
            "mimetype": media_type_of(code or ""),
            "size": whole_number(row.get("file_size")) if url != link or kind == "file" else None,
            "issued": fields.day(row.get("created")),
            "modified": fields.day(row.get("data_date") or row.get("modified")),
            "access_url": link if link != url else None,
            "language": [language.value] if language else [],
            "uri": f"{base}/resources/{row['id']}" if row.get("id") else None,
        }
    )
