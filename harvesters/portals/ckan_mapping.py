"""A package of another CKAN in the city's schema. Pure."""

from __future__ import annotations

from typing import Any

from ckanext.kielce.common import vocabularies
from ckanext.kielce.harvest.records import DatasetDraft
from ckanext.kielce.harvesters.said import Said, tell
from ckanext.kielce.harvesters.utilities.mapping import tags
from ckanext.kielce.harvesters.utilities.model import encoding_name, format_code, media_type_of, whole_number

from . import fields
from .fields import address, filled, listed, plain, said, text

TYPES = {"dataset", "spatial_layer", "indicator", "live_feed"}
#: Fields that portals with our schema, or ckanext-dcat's, name as we do: texts, addresses, lists of addresses.
TEXTS = (
    *(
        "title_en",
        "rights",
        "legal_basis",
        "provenance",
        "teryt",
        "layer_name",
        "geometry_type",
        "lineage",
        "protocol",
    ),
    *("indicator_code", "indicator_standard", "indicator_theme", "indicator_kind", "indicator_unit"),
    *(
        "indicator_direction",
        "definition",
        "numerator",
        "denominator",
        "method",
        "method_version",
        "comparability",
    ),
    *("limits", "compiler", "version_notes"),
)
ADDRESSES = ("wfs_url", "wms_url", "feed_url")
ADDRESS_LISTS = ("conforms_to", "documentation", "applicable_legislation", "source")
NUMBERS = ("scale_denominator", "spatial_resolution_in_meters", "update_interval_seconds")
#: Fields with few values, as the schema has them.
CHOICES = {
    "geometry_type": ("point", "line", "polygon", "raster", "mixed", "none"),
    "indicator_kind": ("core", "supporting"),
    "indicator_direction": ("up", "down", "none"),
}
FLAGS = ("sample_data", "closed_series")
#: Names under which portals keep the rhythm and the domain.
FREQUENCY_KEYS = (
    "frequency",
    "update_frequency",
    "accrual_periodicity",
    "accrualPeriodicity",
    "częstotliwość aktualizacji",
)
CATEGORY_KEYS = ("domain", "category", "kategoria", "dziedzina")
RESOURCE_TEXTS = ("name_en", "rights", "compress_format", "package_format")
#: A delimiter is one character, or a word for one.
DELIMITERS = ("tab", "\\t", "semicolon", "comma", "pipe")
#: Technical keys of CKAN, which nobody misses.
KNOWN = frozenset(
    [
        *("id", "name", "title", "notes", "notes_en", "type", "resources", "tags", "tag_string", "groups", "extras"),
        *("organization", "owner_org", "license_id", "license_title", "license_url", "url", "version", "private"),
        *("author", "author_email", "maintainer", "maintainer_email", "metadata_created", "title_translated"),
        *("notes_translated", "identifier", "uri", "issued", "modified", "theme", "language", "access_rights"),
        *("contact", "publisher", "temporal_coverage", "temporal_start", "temporal_end", "spatial", "crs"),
        *("spatial_coverage", "hvd_category", "guid", "publisher_name", "publisher_url", "publisher_uri"),
        *("publisher_email", "contact_name", "contact_email", "contact_url", "contact_uri", "homepage"),
        *TEXTS, *ADDRESSES, *ADDRESS_LISTS, *NUMBERS, *FLAGS, *FREQUENCY_KEYS, *CATEGORY_KEYS, *CHOICES, "indicator_theme",
    ]
)  # fmt: skip


class _Package:
    """A package whose fields may stand at its top or among its extras."""

    def __init__(self, package: dict[str, Any]) -> None:
        self.extras = {row["key"]: row.get("value") for row in package.get("extras") or []}
        self.data = package

    def get(self, *names: str) -> Any:
        for name in names:
            for values in (self.data, self.extras):
                if values.get(name) not in (None, "", [], {}):
                    return values[name]
        return None

    def translated(self, name: str, lang: str) -> str:
        texts = self.get(f"{name}_translated")
        texts = texts if isinstance(texts, dict) else {}
        return text(texts.get(lang))


def dataset(package: dict[str, Any], base: str, domains: dict[str, Any] | None, lang: str) -> DatasetDraft:
    """The package as a dataset of the city's schema.

    :param base: the portal's address
    :param domains: the source's own table {group or category: domain}
    :param lang: language of the report
    """
    given, unmapped = _Package(package), list[Said]()
    page = f"{base}/dataset/{package.get('name') or package['id']}"
    title = given.translated("title", "pl") or text(given.get("title")) or text(package.get("name"))
    kind = text(package.get("type")) or "dataset"
    if kind not in TYPES:
        unmapped.append(said("rodzaj zbioru", "type of dataset", kind))
        kind = "dataset"
    organization = package.get("organization") if isinstance(package.get("organization"), dict) else {}
    owner = text((organization or {}).get("title"))
    data: dict[str, Any] = {
        "type": kind,
        "title": title,
        "title_en": given.translated("title", "en"),
        "notes": plain(given.translated("notes", "pl") or given.get("notes")) or title,
        "notes_en": plain(given.translated("notes", "en") or given.get("notes_en")),
        "url": address(package.get("url")) or page,
        "uri": address(given.get("uri")),
        "identifier": text(given.get("identifier")) or package["id"],
        "tags": tags([text(tag) for tag in package.get("tags") or []]),
    }
    for name in TEXTS:
        data[name] = data.get(name) or text(given.get(name))
    for name in ADDRESSES:
        data[name] = address(given.get(name))
    for name in ADDRESS_LISTS:
        data[name] = [value for value in map(address, listed(given.get(name))) if value]
    for name in NUMBERS:
        data[name] = fields.number(given.get(name), (name, name), unmapped)
    for name, choices in CHOICES.items():
        value = text(given.get(name))
        data[name] = value if value in choices else None
        if value and value not in choices:
            unmapped.append(said(name, name, value, ("nieznane portalowi", "unknown to the portal")))
    data["indicator_theme"] = fields.coded(
        "iso37120", given.get("indicator_theme"), ("indicator_theme", "indicator_theme"), unmapped
    )
    if data["notes_en"] and not data["title_en"]:
        unmapped.append(
            said("notes_en", "notes_en", data.pop("notes_en"), ("bez title_en", "without title_en"))
        )
    for name in FLAGS:
        data[name] = (
            True if text(given.get(name)).lower() in {"true", "1", "tak"} or given.get(name) is True else None
        )
    if data["teryt"] and not vocabularies.is_teryt(data["teryt"]):
        unmapped.append(said("teryt", "teryt", data.pop("teryt"), ("nie jest kodem TERYT", "no TERYT code")))
    if text(given.get("version")):
        data["version_notes"] = data["version_notes"] or f"Wersja: {text(given.get('version'))}"
    data["crs"] = [
        entry.code for value in listed(given.get("crs")) if (entry := vocabularies.crs(text(value)))
    ]
    _vocabularies(given, data, domains, unmapped)
    _people(given, data, owner)
    _where_and_when(given, data, unmapped)
    data["resources"] = [resource(row, base, package, unmapped) for row in package.get("resources") or []]
    for key in sorted({*given.extras, *package} - KNOWN):
        value = given.get(key)
        if value not in (None, "", [], {}):
            unmapped.append(said(f"pole {key}", f"field {key}", value))
    return DatasetDraft(filled(data), tell(unmapped, lang), owner or None)


def _vocabularies(
    given: _Package, data: dict[str, Any], domains: dict[str, Any] | None, unmapped: list[Said]
) -> None:
    package = given.data
    data["license_id"] = fields.licence(
        (package.get("license_id"), package.get("license_url"), package.get("license_title")), unmapped
    )
    data["frequency"] = fields.frequency(given.get(*FREQUENCY_KEYS), unmapped)
    data["access_rights"] = fields.coded(
        "access_rights", given.get("access_rights"), ("prawa dostępu", "access rights"), unmapped
    )
    data["theme"] = fields.codes("themes", listed(given.get("theme")), ("temat", "theme"), unmapped)
    data["language"] = fields.codes(
        "languages", listed(given.get("language")), ("język", "language"), unmapped
    )
    data["hvd_category"] = fields.codes(
        "hvd_categories",
        listed(given.get("hvd_category")),
        ("dane o wysokiej wartości", "high-value category"),
        unmapped,
    )
    groups = [word for row in package.get("groups") or [] for word in (row.get("name"), row.get("title"))]
    words = [*(word for key in CATEGORY_KEYS for word in listed(given.get(key))), *groups]
    data["domain"] = fields.domain(words, data["theme"], domains)
    if data["domain"] is None and words:
        unmapped.append(
            said("grupa", "group", words[-1], ("nie jest dziedziną miasta", "is no domain of the city"))
        )


def _people(given: _Package, data: dict[str, Any], owner: str) -> None:
    contact = next((row for row in listed(given.get("contact")) if isinstance(row, dict)), {})
    made = {
        "name": contact.get("name") or given.get("contact_name", "maintainer", "author"),
        "email": contact.get("email") or given.get("contact_email", "maintainer_email", "author_email"),
        "url": address(contact.get("url") or given.get("contact_url")),
    }
    made["email"] = fields.email(made["email"])
    data["contact"] = [filled(made)] if made["email"] or made["url"] else None
    publisher = next((row for row in listed(given.get("publisher")) if isinstance(row, dict)), {})
    name = text(publisher.get("name")) or text(given.get("publisher_name")) or owner
    if name:
        more = {
            "url": address(publisher.get("url") or given.get("publisher_url")),
            "uri": address(publisher.get("uri") or given.get("publisher_uri")),
        }
        data["publisher"] = [filled({"name": name, **more})]


def _where_and_when(given: _Package, data: dict[str, Any], unmapped: list[Said]) -> None:
    data["issued"] = fields.dated(given.get("issued", "metadata_created"), "issued", unmapped)
    contents = [fields.day(row.get("last_modified")) for row in given.data.get("resources") or []]
    data["modified"] = fields.dated(given.get("modified"), "modified", unmapped) or max(
        filter(None, contents), default=None
    )
    periods = [*listed(given.get("temporal_coverage"))]
    periods = periods or [{"start": given.get("temporal_start"), "end": given.get("temporal_end")}]
    data["temporal_coverage"] = fields.spans(periods, unmapped)
    if given.get("spatial"):
        data["spatial"] = fields.geojson(given.get("spatial"))
        if data["spatial"] is None:
            unmapped.append(said("zasięg", "extent", given.get("spatial"), ("to nie GeoJSON", "no GeoJSON")))


def resource(row: dict[str, Any], base: str, package: dict[str, Any], unmapped: list[Said]) -> dict[str, Any]:
    """A file as a resource of the city's schema; its ``uri`` is its page there, by which it is known again."""
    url, name = text(row.get("url")), text(row.get("name")) or text(row.get("description"))[:80]
    code = format_code(text(row.get("format")), text(row.get("mimetype")), url)
    if code is None and text(row.get("format")):
        unmapped.append(said("format", "format", row["format"], ("nieznany", "unknown")))
    made: dict[str, Any] = {
        "url": url,
        "name": name or text(row.get("id")),
        "description": plain(row.get("description")),
        "format": code or text(row.get("format")).upper(),
        "mimetype": fields.media_type(row.get("mimetype")) or media_type_of(code or ""),
        "size": whole_number(row.get("size")),
        "issued": fields.day(row.get("created") or row.get("issued")),
        "modified": fields.day(row.get("last_modified") or row.get("modified")),
        "temporal_start": fields.day(row.get("temporal_start")),
        "temporal_end": fields.day(row.get("temporal_end")),
        "encoding": encoding_name(text(row.get("encoding"))) if text(row.get("encoding")) else None,
        "access_url": address(row.get("access_url")),
        "download_url": address(row.get("download_url")),
        "conforms_to": [value for value in map(address, listed(row.get("conforms_to"))) if value],
        "columns": [
            {
                key: text(column[key])
                for key in ("name", "type", "title", "title_en", "unit", "description")
                if column.get(key)
            }
            for column in listed(row.get("columns"))
            if isinstance(column, dict) and column.get("name")
        ],
        "uri": f"{base}/dataset/{package['id']}/resource/{row['id']}" if text(row.get("id")) else None,
    }
    for key in RESOURCE_TEXTS:
        made[key] = text(row.get(key))
    delimiter = row.get("delimiter")
    if isinstance(delimiter, str) and (len(delimiter) == 1 or delimiter in DELIMITERS):
        made["delimiter"] = delimiter
    if row.get("license"):
        made["license"] = fields.licence([row["license"]], unmapped)
    if found := fields.checksum(row.get("hash"), row.get("hash_algorithm")):
        made["hash"], made["hash_algorithm"] = found
    return filled(made)
