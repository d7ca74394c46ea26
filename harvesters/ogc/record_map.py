"""A record of OGC API – Records in the words of ISO 19115, from which the catalogue's fields are made. Pure."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlsplit

from ckanext.kielce.harvesters.msip import iso_map, ows
from ckanext.kielce.harvesters.msip.tables import find_licence
from ckanext.kielce.harvesters.ogc import api

# Links that lead to the record itself, its neighbours or its decoration, not to data.
NOT_DATA = frozenset(
    {
        *("self", "alternate", "collection", "root", "parent", "prev", "next", "up", "canonical", "items"),
        *(
            "license",
            "icon",
            "preview",
            "thumbnail",
            "describedby",
            "describes",
            "via",
            "predecessor-version",
        ),
    }
)
INFORMATION = frozenset({"about", "related", "search", "service-doc", "information"})
ROLES = {
    "point of contact": "pointOfContact",
    "pointofcontact": "pointOfContact",
    "contact": "pointOfContact",
}
# access rights of the EU in the words of INSPIRE
LIMITS = {"public": "noLimitations"}


def kind(feature: dict[str, Any]) -> str:
    """What the record describes (dataset, service …), in small letters."""
    return api.text(api.inside(feature, "properties").get("type")).casefold()


def as_iso(feature: dict[str, Any], base: str) -> dict[str, Any]:
    """The record as `msip.iso.read` would give it; ``base`` is what relative links are meant against."""
    about = api.inside(feature, "properties")
    found: dict[str, Any] = {
        "id": str(feature.get("id")),
        "level": kind(feature) or "dataset",
        "title": api.text(about.get("title")),
        "abstract": about["description"].strip() if api.text(about.get("description")) else "",
        "identifiers": _identifiers(about),
        "dates": {
            name: day
            for name, key in (("creation", "created"), ("revision", "updated"))
            if (day := api.text(about.get(key))[:10])
        },
        "keywords": _keywords(about),
        "languages": _languages(about),
        "parties": _parties(about),
        "constraints": _constraints(about, api.links_of(feature, base, "license")),
        "box": _extent(feature.get("geometry")) or api.box(feature.get("bbox")),
        "period": _period(feature.get("time")),
        "crs": [ows.epsg(code) for code in api.texts(about.get("crs"))],
        "onlines": onlines(feature, base),
        "formats": _formats(about),
    }
    return {key: value for key, value in found.items() if value not in ("", [], {}, None)}


def onlines(feature: dict[str, Any], base: str) -> list[dict[str, str]]:
    """The addresses of data and services: url, protocol, name, description, function, format (media type)."""
    found = []
    for link in api.links_of(feature, base):
        relation = link.get("rel", "")
        if relation in NOT_DATA or relation.removeprefix(api.REL) in NOT_DATA:
            continue
        media = link.get("type", "")
        page = "html" in media and relation not in {"enclosure", "download", "data"}
        online = {
            "url": link["href"],
            # "protocol" is what pycsw and GeoNetwork put beside the link's type
            "protocol": link.get("protocol", "") or ("" if "/" in media else media),
            "name": link.get("name", ""),
            "description": link.get("description", ""),
            "function": "information" if page or relation in INFORMATION else "download",
            "format": media if "/" in media and not page else "",
        }
        title = link.get("title", "")
        if iso_map.service_kind(online):  # there the name is that of the layer, and a title is none
            online["name"] = online["name"] or _layer(link["href"])
            online["description"] = online["description"] or title
        else:
            online["name"] = online["name"] or title
        found.append({key: value for key, value in online.items() if value})
    return found


def _layer(url: str) -> str:
    """The layer that the parameters of a request to a map service name."""
    parameters = {name.lower(): value for name, value in parse_qsl(urlsplit(url).query)}
    return next(
        (parameters[name] for name in ("layers", "typenames", "typename") if parameters.get(name)), ""
    )


def _identifiers(about: dict[str, Any]) -> list[str]:
    given = about.get("externalIds") or about.get("externalId")
    return [value for each in api.objects(given) if (value := api.text(each.get("value")))]


def _keywords(about: dict[str, Any]) -> list[dict[str, Any]]:
    groups: list[dict[str, Any]] = []
    words = api.texts(about.get("keywords"))
    if words:
        groups.append({"words": words})
    for theme in api.objects(about.get("themes")):
        named = [
            api.text(concept.get("title")) or api.text(concept.get("id"))
            for concept in api.objects(theme.get("concepts"))
        ]
        # an address is no word; the vocabulary it is from says what it means
        inner = [word for word in named if word and "://" not in word]
        scheme = api.text(theme.get("scheme"))
        if inner:
            groups.append({"words": inner, **({"thesaurus": scheme} if scheme else {})})
    return groups


def _languages(about: dict[str, Any]) -> list[str]:
    others = about.get("resourceLanguages")
    given = [about.get("language"), *(others if isinstance(others, list) else [])]
    codes = [api.text(each.get("code")) if isinstance(each, dict) else api.text(each) for each in given]
    return list(dict.fromkeys(code for code in codes if code))


def _parties(about: dict[str, Any]) -> list[dict[str, str]]:
    parties = []
    for contact in [*api.objects(about.get("contacts")), *api.objects(about.get("providers"))]:
        emails = [api.text(each.get("value")) for each in api.objects(contact.get("emails"))]
        pages = [link["href"] for link in api.links_of(contact, "") if link["href"].startswith("http")]
        roles = api.texts(contact.get("roles")) or [""]
        person = api.text(contact.get("name"))
        organisation = api.text(contact.get("organization"))
        for role in roles:
            party = {
                "name": organisation or person,
                "person": person if organisation else "",
                "email": next((email for email in emails if email), ""),
                "url": next(iter(pages), ""),
                "role": ROLES.get(role.casefold(), role),
            }
            parties.append({key: value for key, value in party.items() if value})
    return [party for party in parties if set(party) - {"role"}]


def _constraints(about: dict[str, Any], links: list[dict[str, Any]]) -> list[dict[str, Any]]:
    licence, rights = api.text(about.get("license")), api.text(about.get("rights"))
    other = [{"text": licence, "url": licence}] if licence else []
    other += [{"text": link.get("title", link["href"]), "url": link["href"]} for link in links]
    known = [each for each in other if find_licence(each["url"]) or find_licence(each["text"])]
    access = api.text(about.get("accessRights") or about.get("accessrights")).rpartition("/")[2]
    if LIMITS.get(access.casefold()):
        known.append({"text": access, "url": LIMITS[access.casefold()]})
    group: dict[str, Any] = {"other": known or other, "limits": [rights] if rights else []}
    return [{key: value for key, value in group.items() if value}] if any(group.values()) else []


def _extent(geometry: Any) -> list[float]:
    """The box around a GeoJSON geometry of any kind."""
    numbers: list[tuple[float, float]] = []

    def walk(value: Any) -> None:
        if not isinstance(value, list):
            return
        if len(value) >= 2 and all(isinstance(each, int | float) for each in value[:2]):
            numbers.append((float(value[0]), float(value[1])))
            return
        for each in value:
            walk(each)

    if isinstance(geometry, dict):
        for part in [geometry, *api.objects(geometry.get("geometries"))]:
            walk(part.get("coordinates"))
    if not numbers:
        return []
    east_west, north_south = zip(*numbers, strict=True)
    return [min(east_west), min(north_south), max(east_west), max(north_south)]


def _period(time: Any) -> dict[str, str]:
    if not isinstance(time, dict):
        return {}
    if time.get("interval"):
        return api.period(time["interval"])
    moment = api.text(time.get("date")) or api.text(time.get("timestamp"))
    return api.period([moment, moment]) if moment else {}


def _formats(about: dict[str, Any]) -> list[str]:
    found = []
    given = about.get("formats")
    for each in given if isinstance(given, list) else []:
        if isinstance(each, dict):
            found.append(api.text(each.get("name")) or api.text(each.get("mediaType")))
        else:
            found.append(api.text(each))
    return [name for name in found if name]
