"""Template helpers of the catalogue: words, numbers and dates in the reader's language."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import ckan.plugins.toolkit as tk
from ckanext.kielce.catalogue import json_ld, labels, layers, pages, preview, table
from ckanext.kielce.common import formatting, public_files, vocabularies
from flask import current_app
from markupsafe import Markup

__all__ = [
    "kielce_address",
    "kielce_citation",
    "kielce_column_titles",
    "kielce_columns",
    "kielce_date",
    "kielce_datetime",
    "kielce_days",
    "kielce_domain",
    "kielce_domain_counts",
    "kielce_domains",
    "kielce_extract",
    "kielce_facet_title",
    "kielce_facet_value",
    "kielce_filesize",
    "kielce_format",
    "kielce_format_kind",
    "kielce_frequency",
    "kielce_harvested",
    "kielce_has_endpoint",
    "kielce_has_helper",
    "kielce_is_layer",
    "kielce_lang",
    "kielce_lang_of",
    "kielce_layer_of",
    "kielce_licence",
    "kielce_list",
    "kielce_near",
    "kielce_number",
    "kielce_option",
    "kielce_other_language",
    "kielce_pages",
    "kielce_picture_of",
    "kielce_published",
    "kielce_quality",
    "kielce_related",
    "kielce_static",
    "kielce_status_word",
    "kielce_structured_data",
    "kielce_table",
    "kielce_table_comparisons",
    "kielce_text",
    "kielce_type",
    "kielce_unit",
    "kielce_update_url",
]


def kielce_lang() -> str:
    """Return the language of the page: "pl" or "en"."""
    return "pl" if str(tk.h.lang()).startswith("pl") else "en"


def kielce_text(thing: Mapping[str, Any] | None, field: str) -> str:
    """Return a field of a dataset, file, unit or domain in the page's language; Polish where nothing else is given."""
    if not thing:
        return ""
    return pages.text(thing, field, kielce_lang())


def kielce_lang_of(thing: Mapping[str, Any] | None, field: str) -> Markup:
    """Return ` lang="pl"` where a field stands in Polish on an English page, for readers aloud; else nothing."""
    polish = thing and kielce_lang() == "en" and not pages.text({**thing, field: ""}, field, "en")
    return Markup(' lang="pl"') if polish else Markup("")


def kielce_number(value: Any, decimals: int | None = None) -> str:
    """Return a number as the page's language writes it."""
    return formatting.number(value, kielce_lang(), decimals)


def kielce_date(value: Any) -> str:
    """Return a day as the page's language writes it."""
    return formatting.date(value or None, kielce_lang())


def kielce_datetime(value: Any) -> str:
    """Return a moment in Warsaw's time as the page's language writes it."""
    return formatting.datetime_warsaw(value or None, kielce_lang())


def kielce_filesize(value: Any) -> str:
    """Return a size in bytes as people read it; empty when it isn't known."""
    return formatting.filesize(value or None, kielce_lang())


def kielce_days(count: int) -> str:
    """Return a span of days in the unit people would say."""
    return formatting.days(int(count), kielce_lang())


def kielce_domains() -> list[dict[str, str]]:
    """Return the city's 20 domains in their order, as {code, title}."""
    lang = kielce_lang()
    return [{"code": entry.code, "title": entry.label(lang)} for entry in vocabularies.load("domains")]


def kielce_domain(code: str | None) -> str:
    """Return the title of a domain, or the code itself when the city has no such domain."""
    entry = vocabularies.domain(code)
    return entry.label(kielce_lang()) if entry else code or ""


def kielce_domain_counts() -> dict[str, int]:
    """Return how many public sets each domain has, by code."""
    return pages.domain_counts()


def kielce_option(name: str) -> str:
    """Return an option of the catalogue by the last part of its key."""
    return str(tk.config.get(f"ckanext.kielce.catalogue.{name}") or "")


def kielce_format(code: str | None) -> str:
    """Return the short name of a file format (``WFS_SRVC`` is "WFS")."""
    entry = vocabularies.file_format(code)
    return str(entry.data.get("short") or entry.code) if entry else (code or "").rsplit("/", 1)[-1]


def kielce_format_kind(code: str | None) -> str:
    """Return what kind of thing a format is: table, map, service, feed, archive, document, image, data or ""."""
    entry = vocabularies.file_format(code)
    return str(entry.data["kind"]) if entry else ""


def kielce_frequency(uri: str | None) -> str:
    """Return how often a set is updated, as the end of a sentence; empty when nothing is declared."""
    entry = vocabularies.frequency(uri)
    return entry.label(kielce_lang()) if entry and entry.code != "UNKNOWN" else ""


def kielce_type(code: str | None) -> str:
    """Return the word for a dataset type."""
    return tk._(labels.TYPES.get(code or "dataset", labels.TYPES["dataset"]))


def kielce_status_word(code: str | None) -> str:
    """Return the word of a freshness status."""
    return tk._(labels.STATUSES.get(code or "unknown", labels.STATUSES["unknown"]))


def kielce_structured_data(pkg: Mapping[str, Any]) -> str:
    """Return the set as schema.org JSON-LD, safe inside a script element; empty while that plugin is off."""
    if "structured_data" not in tk.h:
        return ""
    text = json_ld.canonical(str(tk.h.structured_data(dict(pkg))))
    # A title may hold "</script>": in JSON these three letters may always be written as escapes.
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


@lru_cache(maxsize=4096)
def kielce_extract(text: str | None, length: int) -> str:
    """Return a description without its marks, so long at most. Kept, for it was a fifth of the time of a page of results."""
    return str(tk.h.markdown_extract(text, length))


def kielce_licence(pkg: Mapping[str, Any]) -> dict[str, str]:
    """Return the licence of a set as {name, plain, url}: plain is one sentence on what one may do."""
    code = (pkg.get("license_id") or "").strip()
    entry = vocabularies.licence(code)
    if entry:
        plain = entry.data.get(f"conditions_{kielce_lang()}") or ""
        return {"name": entry.label(kielce_lang()), "plain": plain, "url": str(entry.data.get("url") or "")}
    name = pkg.get("license_title") or code
    if not name or code == "notspecified":
        plain = tk._("The conditions of use are not stated yet. Ask the publisher before you use these data.")
        return {"name": tk._("not stated"), "plain": plain, "url": ""}
    return {
        "name": name,
        "plain": tk._("Read the licence for what you may do."),
        "url": pkg.get("license_url") or "",
    }


def kielce_facet_title(name: str) -> str:
    """Return the heading of a search facet."""
    return tk._(labels.FACETS[name]) if name in labels.FACETS else name


def kielce_facet_value(facet: str, item: Mapping[str, Any] | str) -> str:
    """Return the words for one value of a facet; ``item`` is Solr's bucket or a bare value."""
    value = item if isinstance(item, str) else item["name"]
    shown = value if isinstance(item, str) else item.get("display_name") or value
    words = {
        "groups": kielce_domain,
        "vocab_format": kielce_format,
        "dataset_type": kielce_type,
        "vocab_frequency": lambda code: pages.capital(kielce_frequency(code) or tk._("no rhythm declared")),
        "quality_status": kielce_status_word,
        "quality_grade": lambda grade: tk._("no grade") if grade == "none" else grade,
        "quality_late": lambda _value: tk._("late now"),
        "license_id": lambda code: kielce_licence({"license_id": code})["name"],
        "vocab_place": lambda code: tk.h.kielce_place(code),
        "vocab_named": lambda code: tk.h.kielce_district(code),
    }.get(facet)
    if words:
        return words(value)
    return pages.organization_titles().get(value, shown) if facet == "organization" else shown


def kielce_list(value: Any) -> list[Any]:
    """Return a repeating field as a list, whether it came as a list, as JSON or as one value."""
    if isinstance(value, str) and value[:1] in ("[", "{"):
        try:
            value = json.loads(value)
        except ValueError:
            return [value]
    if not value:
        return []
    return value if isinstance(value, list) else [value]


def kielce_columns(resource: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the dictionary of a table's columns: {name, title, type, unit, description}."""
    return preview.columns(resource, kielce_lang())


def kielce_table(resource: Mapping[str, Any], args: Any) -> table.TablePage | None:
    """Return the page of the table that the address asks for, or None when the file is in no table."""
    return table.table(resource, args.to_dict(flat=False), kielce_lang())


def kielce_table_comparisons() -> list[dict[str, str]]:
    """Return the comparisons that the form over a table offers: code, title."""
    return table.comparisons()


def kielce_layer_of(pkg: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the first file of a set that a map can draw."""
    return layers.layer_of(pkg)


def kielce_is_layer(pkg: Mapping[str, Any], resource: Mapping[str, Any]) -> bool:
    """Tell whether a map can draw a file."""
    return layers.is_layer(pkg, resource)


def kielce_picture_of(pkg: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the picture service of a set that has no features to show."""
    return layers.picture_of(pkg)


def kielce_column_titles(resource: Mapping[str, Any]) -> dict[str, str]:
    """Return what people call the columns of a file, with units, by name; names alone are left out."""
    said = {}
    for column in preview.columns(resource, kielce_lang()):
        unit = f"[{column['unit']}]" if column["unit"] else ""
        said[column["name"]] = f"{column['title'] or column['name']} {unit}".strip()
    return {name: words for name, words in said.items() if words != name}


def kielce_quality(pkg: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the assessment of a set ({} while quality is off or nothing was scored)."""
    return pages.quality(pkg)


def kielce_has_helper(name: str) -> bool:
    """Tell whether another plugin offers a template helper (each plugin of the portal is optional)."""
    return name in tk.h


def kielce_has_endpoint(name: str) -> bool:
    """Tell whether a page of another plugin exists."""
    return name in current_app.view_functions


def kielce_related(pkg: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return up to four sets of the same domain that share the most words with this one."""
    return pages.related(pkg)


def kielce_near(q: str) -> list[dict[str, Any]]:
    """Return sets that hold the words, for a search that its filters left empty."""
    return pages.near(q)


def kielce_harvested(pkg: Mapping[str, Any]) -> dict[str, str]:
    """Return {title, id} of the source that a set was harvested from, {} for one published by hand."""
    return pages.harvested_from(pkg)


def kielce_published(pkg: Mapping[str, Any]) -> str:
    """Return the name to cite: the publisher where it is given, else the unit."""
    return pages.publisher_name(pkg, kielce_lang())


def kielce_unit(unit: Mapping[str, Any] | None) -> str:
    """Return the title of a unit in the page's language."""
    if not unit:
        return ""
    return pages.organization_titles().get(unit.get("name", "")) or kielce_text(unit, "title")


def kielce_citation(pkg: Mapping[str, Any]) -> str:
    """Return how to cite the set: who, what, when it changed, where."""
    return pages.citation(pkg, kielce_lang(), kielce_address("dataset.read", id=pkg["name"]))


def kielce_address(endpoint: str, **values: Any) -> str:
    """Return the full address of a page in the language-free form, the one to cite and to call."""
    return tk.url_for(endpoint, _external=True, locale="default", **values)


def kielce_static(path: str) -> str:
    """Return the address of a public file of ours: without a language, with the file's version where it is one file."""
    address, version = str(tk.h.url_for_static(path)), public_files.version(path)
    return f"{address}?{public_files.PARAMETER}={version}" if version else address


def kielce_other_language() -> dict[str, str]:
    """Return the other language as {code, name, url}; the address is this page in that language."""
    code, name = ("en", "English") if kielce_lang() == "pl" else ("pl", "Polski")
    return {"code": code, "name": name, "url": tk.h.url_for(tk.h.current_url(), locale=code)}


def kielce_update_url(**changes: Any) -> str:
    """Return this page's address with some parameters changed (None drops one) and the paging started anew."""
    args = tk.request.args.to_dict(flat=False)
    args.pop("page", None)
    for name, value in changes.items():
        args.pop(name, None)
        if value is not None:
            args[name] = [value]
    return pages.address(tk.h.url_for(urlsplit(tk.h.current_url()).path), args)


def kielce_pages(current: int, last: int) -> list[int | None]:
    """Return the page numbers to show: first, last and the neighbours; None is a gap."""
    return pages.page_numbers(current, last)
