"""The harvest sources that the portal makes of the stand-in city, ready for ``ckan kielce harvest create``.

The split of MSIP: every layer of the service ``geoportal`` has a record in the catalogue and comes through ``msip_csw``;
the layers of the service ``inwestor`` have none and come through ``msip_wfs``, those of ``plener`` through ``ogc_features``.
"""

from __future__ import annotations

import unicodedata
from typing import Any

from demo.city import SAMPLE_NOTE, portals, realtime
from demo.city.files.model import FileSet, Folder, folders
from demo.city.msip.layers import table
from demo.city.msip.mapfile import record_id
from demo.city.records_api import ROOT as RECORDS_API
from demo.city.units import unit

LICENCE = "CC-BY-4.0"


def _source(name: str, title: str, url: str, kind: str, owner: str, config: dict[str, Any]) -> dict[str, Any]:
    about = unit(owner)
    settings = {
        "organization": owner,
        "license_id": LICENCE,
        "contact_name": about.title,
        "contact_email": about.email,
        "sample_data": True,
        **config,
    }
    return {
        "name": name,
        "title": f"{title} (dane przykładowe)",
        "url": url,
        "source_type": kind,
        "notes": SAMPLE_NOTE,
        "owner_org": owner,
        "frequency": "DAILY",
        "config": settings,
    }


def _folder_url(folder: Folder, files: str) -> str:
    ending = {"manifest": "manifest.json", "packages": "catalog.json", "index": ""}[folder.form]
    return f"{files}/{folder.name}/{ending}"


def _override(of: FileSet) -> dict[str, Any]:
    """What an index does not say about a set."""
    return {
        "title": of.title,
        "title_en": of.title_en,
        "notes": " ".join(part for part in (of.description.rstrip(), of.note, SAMPLE_NOTE) if part),
        "domain": of.domain,
        "frequency": of.frequency,
        "tags": [{"name": word} for word in of.keywords],
    }


def _series_id(name: str) -> str:
    """The id that an index's reader gives to files of this name: without Polish letters (docs/demo-city.md, form 1)."""
    return unicodedata.normalize("NFKD", name.replace("ł", "l")).encode("ascii", "ignore").decode()


def _files(folder: Folder, files: str) -> dict[str, Any]:
    config: dict[str, Any] = {
        "form": {"manifest": "manifest", "packages": "catalog", "index": "index"}[folder.form]
    }
    if folder.form == "index":
        config["overrides"] = {_series_id(of.id): _override(of) for of in folder.sets}
    elif moved := {of.id: {"owner_org": of.publisher_unit} for of in folder.sets if of.publisher_unit}:
        config["overrides"] = moved
    return _source(
        f"pliki-{folder.name}", folder.title, _folder_url(folder, files), "utility_files", folder.unit, config
    )


def _other_catalogues(files: str, msip: str) -> list[dict[str, Any]]:
    """The younger protocols. Two layers of the WMS are those of ``msip-ogcapi``, and one record of the area's catalogue is
    of ``msip-csw``: each stays one dataset, with both as its sources."""
    outdoors = {
        x.name: {"domain": x.domain, "frequency": x.frequency, "owner_org": x.unit, "title_en": x.title_en}
        for x in table().of("plener")
    }
    return [
        _source(
            "msip-ogcapi",
            "MSIP: na świeżym powietrzu (OGC API)",
            f"{msip}/ows/plener/ogcapi",
            "ogc_features",
            "gospodarka-komunalna-i-srodowisko",
            {
                "domain": "rekreacja",
                "frequency": "ANNUAL",
                "wfs_url": f"{msip}/ows/plener",
                "overrides": {x.name: outdoors[x.name] for x in table().of("plener") if not x.wms_only},
            },
        ),
        _source(
            "msip-wms",
            "MSIP: na świeżym powietrzu (WMS)",
            f"{msip}/ows/plener",
            "msip_wms",
            "gospodarka-komunalna-i-srodowisko",
            {"domain": "rekreacja", "frequency": "ANNUAL", "overrides": outdoors},
        ),
        _source(
            "katalog-kof",
            "Katalog Kieleckiego Obszaru Funkcjonalnego (OGC API)",
            f"{files}{RECORDS_API}",
            "ogc_records",
            "biuro-rozwoju-miasta",
            # its records of Kielce are copies: the city's own catalogue writes those datasets
            {"domain": "ludnosc", "frequency": "ANNUAL", "precedence": 30},
        ),
    ]


def _portals(files: str) -> list[dict[str, Any]]:
    """Portals of others, live feeds and statistics. „Drogi powiatowe” is in both of the county's: one dataset, two sources."""
    whole_county = {"*": {"teryt": "2604"}}
    return [
        _source(
            "powiat-katalog",
            "Powiat kielecki: katalog DCAT-AP",
            f"{files}{portals.COUNTY}/catalog.xml",
            "dcat_rdf",
            "biuro-rozwoju-miasta",
            {"domains": {"SOCI": "ludnosc"}, "overrides": whole_county},
        ),
        _source(
            "powiat-drogi",
            "Powiatowy Zarząd Dróg: portal CKAN",
            f"{files}{portals.COUNTY}",
            "ckan_portal",
            "biuro-rozwoju-miasta",
            {"organizations": ["pzd"], "domain": "transport", "overrides": whole_county},
        ),
        _source(
            "dane-gov-pl",
            "dane.gov.pl: urząd wojewódzki",
            f"{files}{portals.NATIONAL}",
            "dane_gov_pl",
            "biuro-rozwoju-miasta",
            {"institution": portals.national.INSTITUTION, "english": True, "domain": "administracja"},
        ),
        _source(
            "pge-wylaczenia",
            "PGE: wyłączenia prądu",
            f"{files}/api/power-outage",
            "pge_outages",
            "pge-dystrybucja",
            {},
        ),
        _source(
            "ztm-gtfs-rt",
            "ZTM: autobusy na żywo",
            f"{files}{realtime.ROOT}vehicle_positions.pb",
            "gtfs_rt",
            "ztm",
            {
                "feeds": {
                    name.removesuffix(".pb"): f"{files}{realtime.ROOT}{name}" for name in realtime.FEEDS
                },
                "interval": realtime.EVERY,
                "schedule": f"{files}/ztm/gtfs/kielce.zip",
                "title": "Autobusy na żywo (GTFS-Realtime)",
            },
        ),
        _source(
            "gus-bdl",
            "GUS: Bank Danych Lokalnych",
            f"{files}{portals.BDL}",
            "gus_bdl",
            "urzad-statystyczny",
            {
                "subjects": ["P9001", "P9002", "P9003"],
                "domain": "ludnosc",
                "overrides": {"P9002": {"domain": "gospodarka"}, "P9003": {"domain": "mieszkalnictwo"}},
            },
        ),
    ]


def sources(files: str, msip: str, csw: str) -> list[dict[str, Any]]:
    """All sources; the arguments are addresses without a path (``http://127.0.0.1:5001``)."""
    every = table()
    by_record = {
        record_id(n): {"domain": x.domain, "frequency": x.frequency}
        for n, x in every.layers.items()
        if x.service == "geoportal"
    }
    by_record |= {
        record_id(n): {"domain": row["domain"], "frequency": row["frequency"]}
        for n, row in every.records.items()
    }
    by_layer = {
        f"ms:{x.name}": {
            "domain": x.domain,
            "frequency": x.frequency,
            "owner_org": x.unit,
            "title_en": x.title_en,
        }
        for x in every.of("inwestor")
    }
    found = [
        _source(
            "msip-csw",
            "MSIP: katalog metadanych",
            f"{csw}/csw",
            "msip_csw",
            "geodezja",
            {"match_organization": True, "domain": "planowanie-przestrzenne", "overrides": by_record},
        ),
        _source(
            "msip-wfs",
            "MSIP: mapa inwestora i infrastruktury",
            f"{msip}/ows/inwestor",
            "msip_wfs",
            "centrum-obslugi-inwestora",
            {"domain": "gospodarka", "frequency": "QUARTERLY", "overrides": by_layer},
        ),
    ]
    found += _other_catalogues(files, msip)
    found += [_files(folder, files) for folder in folders()]
    found += _portals(files)
    found += [
        _source(
            "ztm-gtfs",
            "ZTM: rozkład jazdy GTFS",
            f"{files}/ztm/gtfs/kielce.zip",
            "gtfs",
            "ztm",
            {
                "domain": "transport",
                "frequency": "IRREG",
                "title": "Rozkład jazdy komunikacji miejskiej (GTFS)",
                "guid": "ztm-gtfs",
            },
        ),
        _source(
            "gios-powietrze",
            "GIOŚ: jakość powietrza",
            f"{files}/pjp-api/v1/rest",
            "gios_air",
            "gios",
            {"domain": "srodowisko", "frequency": "HOURLY"},
        ),
        _source(
            "iso37120",
            "Wskaźniki ISO 37120",
            f"{files}/iso37120/iso37120_kielce_2018.csv",
            "iso37120",
            "biuro-rozwoju-miasta",
            {"frequency": "IRREG"},
        ),
    ]
    for one in found:
        if one["source_type"] == "iso37120":  # the real table of 2018, not sample data
            one["config"].pop("sample_data")
            one["title"], one["notes"] = (
                "Wskaźniki ISO 37120 (tabela z 2018 r.)",
                "Tabela wskaźników normy ISO 37120 dla pięciu miast, dane rzeczywiste.",
            )
    return found
