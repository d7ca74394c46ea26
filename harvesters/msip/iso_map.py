"""An ISO 19139 record in the city's schema, and what of it the schema has no place for. Pure."""

from __future__ import annotations

import re
from typing import Any

from ckanext.kielce.common import vocabularies
from ckanext.kielce.harvest.records import DatasetDraft, RecordError
from ckanext.kielce.harvesters.msip import layers, ows
from ckanext.kielce.harvesters.msip.tables import find_licence, inspire_theme, table
from ckanext.kielce.harvesters.msip.words import say

HVD_LAW = "http://data.europa.eu/eli/reg_impl/2023/138/oj"
SERVICE = re.compile(r"\b(WMS|WFS|WMTS|WCS)\b", re.IGNORECASE)
LAYER_NAME = re.compile(r"[\w.:-]+$")
LAYER_NAMES = re.compile(r"[\w.:-]+( ?, ?[\w.:-]+)*$")
ACCESS = {"noLimitations": "PUBLIC", "INSPIRE_Directive_Article13": "RESTRICTED"}
METRES = {"m": 1.0, "metre": 1.0, "meter": 1.0, "metr": 1.0, "km": 1000.0, "cm": 0.01}
# Which party's word counts first: whom to ask, and who publishes.
CONTACT_ROLES = ("pointOfContact", "custodian", "owner", "distributor", "publisher", "")
PUBLISHER_ROLES = ("publisher", "owner", "resourceProvider", "custodian", "distributor", "pointOfContact", "")


def to_dataset(content: dict[str, Any], lang: str) -> DatasetDraft:
    """The dataset of a record.

    ``content``: ``iso`` as `iso.read` gives it and, where services were read, ``services`` and ``layers`` of WFS (see
    `services.Behind`) and ``drawn``, layers of WMS, by address. Raises RecordError for a record without a title.
    """
    iso = content["iso"]
    if not iso.get("title"):
        raise RecordError(say("no_title", "en"), say("no_title", "pl"))
    unmapped: list[str] = []
    data: dict[str, Any] = {
        "type": "spatial_layer" if _is_layer(iso) else "dataset",
        "title": iso["title"],
        "title_en": iso.get("title_en"),
        "notes": iso.get("abstract")
        or say("no_abstract", lang, title=iso["title"], service=content.get("protocol", "CSW")),
        "notes_en": iso.get("abstract_en") if iso.get("title_en") else None,
        "identifier": (iso.get("identifiers") or [iso["id"]])[0],
        "provenance": None if _is_layer(iso) else iso.get("lineage"),
    }
    if not iso.get("abstract"):
        unmapped.append(say("abstract_missing", lang))
    _subjects(iso, data, unmapped, lang)
    _times(iso, data, unmapped, lang)
    _people(iso, data)
    _rights(iso, data, unmapped, lang)
    _place(iso, data, unmapped, lang)
    if _is_layer(iso):
        _layer_fields(iso, data, unmapped, lang)
    _files(content, data, unmapped, lang)
    owner = _party(iso, PUBLISHER_ROLES)
    return DatasetDraft(data, list(dict.fromkeys(unmapped)), (owner or {}).get("name"))


def service_kind(online: dict[str, str]) -> str | None:
    """WMS, WFS, WMTS or WCS when the address is one of a service; the protocol's word counts before the address's."""
    if not ows.is_address(online["url"]):
        return None
    for text in (online.get("protocol", ""), online["url"].partition("?")[2]):
        match = SERVICE.search(text.replace("_", " "))
        if match:
            return match.group(1).upper()
    return None


def layer_keys(
    onlines: list[dict[str, str]], known: dict[str, list[dict[str, Any]]] | None = None
) -> tuple[str, ...]:
    """Names across sources of the one layer that a record points to; none when it points to several, or to no clear one.

    ``known``: layers by address of the WFS that were read; one that its service does not have names nothing.
    """
    named: dict[str, set[tuple[str, str]]] = {"WFS": set(), "WMS": set()}
    for online in onlines:
        kind = service_kind(online)
        if kind not in named or not online.get("name"):
            continue
        address = ows.service_url(online["url"])
        if kind == "WFS" and known is not None and address in known:
            named[kind] |= {(address, layer["name"]) for layer in known[address]}
        else:
            named[kind] |= {(address, name.strip()) for name in online["name"].split(",")}
    features, images = named["WFS"], named["WMS"]
    if len(features) > 1 or (not features and len(images) > 1):
        return ()
    wanted = {_bare(name) for _address, name in features or images}
    found: list[str] = []
    for address, name in [*features, *images]:
        # a name with spaces is a title, "WMS" is a protocol: neither is sure to mean one layer
        if _bare(name) in wanted and LAYER_NAME.match(name) and not SERVICE.fullmatch(name):
            found += layers.keys(address, name)
    return tuple(dict.fromkeys(found))


def _bare(name: str) -> str:
    return name.rpartition(":")[2].casefold()


def _is_layer(iso: dict[str, Any]) -> bool:
    for online in iso.get("onlines", []):
        if service_kind(online):
            return True
        entry = _format(online)
        if entry and entry.data["kind"] == "map":
            return True
    return False


def _format(online: dict[str, str]) -> vocabularies.Entry | None:
    extension = re.search(r"\.(\w{2,8})(?:$|[?#])", online["url"])
    for text in (
        online.get("format", ""),
        extension.group(1) if extension else "",
        online.get("description", ""),
        online.get("name", ""),
    ):
        found = vocabularies.file_format(text)
        if found:
            return found
    return None


def _subjects(iso: dict[str, Any], data: dict[str, Any], unmapped: list[str], lang: str) -> None:
    words: list[str] = []
    themes: list[str] = []
    categories: list[str] = []
    domain = None
    for group in iso.get("keywords", []):
        for word in group["words"]:
            row = inspire_theme(word)
            words.append(word)
            if row:
                domain = domain or row["domain"]
                themes += row["themes"]
                categories += row["hvd"]
    for topic in iso.get("topics", []):
        row = table("topics").get(topic)
        if row is None:
            unmapped.append(say("topic", lang, value=topic))
            continue
        domain = domain or row["domain"]
        themes += row["themes"]
    data["tags"] = [{"name": word} for word in dict.fromkeys(words)]
    data["domain"] = domain
    data["theme"] = [entry.value for code in dict.fromkeys(themes) if (entry := vocabularies.theme(code))]
    hvd = [
        entry.value
        for code in dict.fromkeys(categories)
        if (entry := vocabularies.load("hvd_categories").get(code))
    ]
    if hvd:
        data["hvd_category"], data["applicable_legislation"] = hvd, [HVD_LAW]
    codes = []
    for text in iso.get("languages", []):
        entry = vocabularies.language(text)
        if entry:
            codes.append(entry.value)
        else:
            unmapped.append(say("language", lang, value=text))
    data["language"] = codes


def _times(iso: dict[str, Any], data: dict[str, Any], unmapped: list[str], lang: str) -> None:
    dates = iso.get("dates", {})
    data["issued"] = _full(dates.get("publication") or dates.get("creation"))
    data["modified"] = _full(dates.get("revision") or iso.get("stamp"))
    period = {key: day for key, value in iso.get("period", {}).items() if (day := _full(value))}
    if period:
        data["temporal_coverage"] = [period]
    code = iso.get("maintenance")
    if code:
        entry = vocabularies.frequency(table("maintenance").get(code))
        if entry:
            data["frequency"] = entry.value
        else:
            unmapped.append(say("maintenance", lang, value=code))


def _full(day: str | None) -> str | None:
    """A year or month made a day (its first)."""
    return {4: f"{day}-01-01", 7: f"{day}-01"}.get(len(day), day) if day else None


def _party(iso: dict[str, Any], roles: tuple[str, ...]) -> dict[str, str] | None:
    parties = iso.get("parties", [])
    for role in roles:
        for party in parties:
            if party.get("role", "") == role:
                return party
    return parties[0] if parties else None


def _people(iso: dict[str, Any], data: dict[str, Any]) -> None:
    contact, publisher = _party(iso, CONTACT_ROLES), _party(iso, PUBLISHER_ROLES)
    if contact:
        data["contact"] = [
            {
                key: value
                for key, value in (
                    ("name", contact.get("name") or contact.get("person")),
                    ("email", contact.get("email")),
                    ("url", contact.get("url")),
                )
                if value
            }
        ]
    if publisher and publisher.get("name"):
        data["publisher"] = [{key: publisher[key] for key in ("name", "email", "url") if publisher.get(key)}]


def _rights(iso: dict[str, Any], data: dict[str, Any], unmapped: list[str], lang: str) -> None:
    conditions: list[str] = []
    for group in iso.get("constraints", []):
        conditions += group.get("limits", [])
        for other in group.get("other", []):
            url, text = other.get("url", ""), other["text"]
            access = ACCESS.get(next((key for key in ACCESS if key in url), ""))
            licence = find_licence(url) or find_licence(text)
            if access:
                entry = vocabularies.load("access_rights").get(access)
                data["access_rights"] = entry.value if entry else None
            elif licence:
                data["license_id"] = licence.value
            elif text:
                conditions.append(text)
                unmapped.append(say("constraint", lang, value=text))
    if conditions:
        data["rights"] = "\n".join(dict.fromkeys(conditions))


def _place(iso: dict[str, Any], data: dict[str, Any], unmapped: list[str], lang: str) -> None:
    data["spatial"], complaint = layers.spatial(iso.get("box", []))
    if complaint:
        unmapped.append(say("box", lang, value=complaint))


def _layer_fields(iso: dict[str, Any], data: dict[str, Any], unmapped: list[str], lang: str) -> None:
    data["lineage"] = iso.get("lineage")
    scales = [int(scale) for scale in iso.get("scales", []) if scale >= 1]
    data["scale_denominator"] = scales[0] if scales else None
    for distance in iso.get("distances", []):
        factor = METRES.get(distance["unit"].casefold())
        if factor:
            data.setdefault("spatial_resolution_in_meters", distance["value"] * factor)
    known = []
    for code in dict.fromkeys(iso.get("crs", [])):
        if vocabularies.crs(code) and code.startswith("EPSG:"):
            known.append(code)
        else:
            unmapped.append(say("crs", lang, value=code))
    data["crs"] = known[:1]  # the first is the system the data are in, the others are offered on request
    if iso.get("representation") == "grid":
        data["geometry_type"] = "raster"


def _files(content: dict[str, Any], data: dict[str, Any], unmapped: list[str], lang: str) -> None:
    resources: list[dict[str, Any]] = []
    for online in content["iso"].get("onlines", []):
        url, kind = online["url"], service_kind(online)
        if not ows.is_address(url):
            unmapped.append(say("online", lang, value=url[:200]))
        elif kind == "WFS":
            resources += _from_wfs(content, online, data, unmapped, lang)
        elif kind == "WMS":
            data.setdefault("wms_url", ows.service_url(url))
            if LAYER_NAMES.match(online.get("name", "")):  # some write a title there
                data.setdefault("layer_name", online["name"])
            title, drawn = online.get("description", ""), content.get("drawn", {}).get(ows.service_url(url))
            resources.append(
                layers.drawn_resource(url, title, drawn, lang)
                if drawn
                else layers.service_resource(url, "WMS", "1.3.0", title)
            )
        elif online.get("function") == "information" and not _format(online):
            data.setdefault("url", url)
        else:
            resources.append(_file(online, kind, unmapped, lang))
    order = {"GEOJSON": 0, "WFS_SRVC": 8, "WMS_SRVC": 9}
    unique: dict[str, dict[str, Any]] = {}
    for resource in resources:
        unique.setdefault(resource["url"], resource)
    data["resources"] = sorted(
        unique.values(), key=lambda resource: order.get(str(resource.get("format")), 1)
    )


def _file(online: dict[str, str], kind: str | None, unmapped: list[str], lang: str) -> dict[str, Any]:
    entry = vocabularies.file_format(f"{kind}_SRVC") if kind else _format(online)
    if entry is None:
        unmapped.append(say("online_format", lang, value=online["url"]))
    name = online.get("name") or online["url"].rstrip("/").rpartition("/")[2] or online["url"]
    description = online.get("description", "")
    return {
        "url": online["url"],
        "name": name,
        **({"description": description} if description and not vocabularies.file_format(description) else {}),
        **({"format": entry.code} if entry else {}),
    }


def _from_wfs(
    content: dict[str, Any], online: dict[str, str], data: dict[str, Any], unmapped: list[str], lang: str
) -> list[dict[str, Any]]:
    """The downloads of the layers that an address of a WFS names; its capabilities alone when it was not read."""
    address = ows.service_url(online["url"])
    data["wfs_url"] = address
    name = online.get("name", "")
    if LAYER_NAMES.match(name):  # some write a title there
        data["layer_name"] = name
    about = content.get("services", {}).get(address)
    if about is None:
        return [layers.service_resource(online["url"], "WFS", "2.0.0", online.get("description", ""))]
    service = ows.Wfs(
        **about, layers=[ows.Layer(**layer) for layer in content.get("layers", {}).get(address, [])]
    )
    made: list[dict[str, Any]] = []
    for wanted in [part.strip() for part in name.split(",") if part.strip()]:
        layer = service.find(wanted)
        if layer is None:
            unmapped.append(say("layer", lang, url=address, value=wanted))
            continue
        data["layer_name"] = layer.name
        if layer.geometry:
            data["geometry_type"] = layer.geometry
        if not layer.columns:
            unmapped.append(say("columns", lang))
        made += layers.resources(service, layer)
    return made or [layers.service_resource(online["url"], "WFS", service.version, service.title)]
