"""MapServer's map files for the services, written when the server starts (they hold its own address)."""

from __future__ import annotations

import json
import uuid
from pathlib import Path

from demo.city import SAMPLE_NOTE
from demo.city.msip.layers import Layer, table

SRS = "EPSG:2178 EPSG:2180 EPSG:4326 EPSG:3857"
_KIND = {"Point": "POINT", "LineString": "LINE", "Polygon": "POLYGON"}
_STYLE = {
    "Point": "STYLE SYMBOL 'dot' SIZE 7 COLOR 190 30 45 OUTLINECOLOR 255 255 255 END",
    "LineString": "STYLE COLOR 180 120 20 WIDTH 2 END",
    "Polygon": "STYLE COLOR 245 225 160 OUTLINECOLOR 150 110 30 WIDTH 0.8 OPACITY 70 END",
}
_ITEM_TYPES = {
    "Integer": (
        "rok",
        "miejsca",
        "lokale",
        "moc_w",
        "ludnosc",
        "kobiety",
        "mezczyzni",
        "gestosc_os_km2",
        "uczniowie",
        "oddzialy",
    ),
    "Date": (
        "data_akt",
        "data_nadania",
        "data_uchwaly",
        "data_ustanowienia",
        "stan_na",
        "wazne_do",
        "przeglad",
        "poczatek",
        "koniec",
    ),
}
FORMATS = """
  OUTPUTFORMAT
    NAME "GeoJSON"
    DRIVER "OGR/GeoJSON"
    MIMETYPE "application/json"
    FORMATOPTION "STORAGE=stream"
    FORMATOPTION "FORM=simple"
    FORMATOPTION "LCO:COORDINATE_PRECISION=6"
  END
  OUTPUTFORMAT
    NAME "CSV"
    DRIVER "OGR/CSV"
    MIMETYPE "text/csv"
    FORMATOPTION "LCO:GEOMETRY=AS_WKT"
    FORMATOPTION "STORAGE=memory"
    FORMATOPTION "FORM=simple"
    FORMATOPTION "FILENAME=result.csv"
  END
  OUTPUTFORMAT
    NAME "GPKG"
    DRIVER "OGR/GPKG"
    MIMETYPE "application/geopackage+sqlite3"
    FORMATOPTION "STORAGE=filesystem"
    FORMATOPTION "FORM=simple"
    FORMATOPTION "FILENAME=result.gpkg"
  END
"""
FEATURE_LIMIT = 10000
TEMPLATES = Path("/usr/share/mapserver/ogcapi/templates/html-plain")
"""Pages of MapServer's OGC API for people, part of Debian's package; without them it answers JSON only."""


def record_id(name: str) -> str:
    """The fileIdentifier of a layer's metadata record: stable, made from its name."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"https://msip.kielce.example/metadane/{name}"))


def record_url(csw_url: str, name: str) -> str:
    """Address of one ISO record in the catalogue."""
    return (
        f"{csw_url}?service=CSW&version=2.0.2&request=GetRecordById&id={record_id(name)}"
        "&elementSetName=full&outputSchema=http://www.isotc211.org/2005/gmd"
    )


def _quoted(text: str) -> str:
    return text.replace('"', "'").replace("\n", " ")


def _types(layer: Layer) -> str:
    lines = []
    for column in layer.columns:
        for kind, names in _ITEM_TYPES.items():
            if column in names:
                lines.append(f'      "gml_{column}_type" "{kind}"')
    return "\n".join(lines)


def _layer(layer: Layer, data: Path, counts: dict[str, dict[str, list[float]]], csw_url: str | None) -> str:
    source = layer.draws or layer.name
    crs = table().layers[source].crs
    aliases = "\n".join(f'      "gml_{c}_alias" "{c}"' for c in layer.columns)
    link = ""
    if csw_url and layer.service == "geoportal":
        link = f"""
      "ows_metadataurl_href" "{record_url(csw_url, layer.name)}"
      "ows_metadataurl_format" "text/xml"
      "ows_metadataurl_type" "TC211"
"""
    features = '"!*"' if layer.wms_only else '"*"'
    ows = f'"wfs_enable_request" {features}\n      "oga_enable_request" {features}'
    return f"""
  LAYER
    NAME "{layer.name}"
    TYPE {_KIND[layer.geometry]}
    STATUS ON
    CONNECTIONTYPE OGR
    CONNECTION "{data / f"{source}.gpkg"}"
    DATA "{source}"
    PROCESSING "CLOSE_CONNECTION=DEFER"
    TEMPLATE "fooOnlyForWMSGetFeatureInfo.html"
    EXTENT {" ".join(str(v) for v in counts[source]["extent"])}
    PROJECTION "init=epsg:{crs}" END
    METADATA
      "ows_title" "{_quoted(layer.title)}"
      "ows_abstract" "{_quoted(layer.abstract)} {_quoted(SAMPLE_NOTE)}"
      "ows_keywordlist" "{_quoted(",".join(layer.keywords))}"
      "ows_srs" "EPSG:{crs} {" ".join(s for s in SRS.split() if s != f"EPSG:{crs}")}"
      {ows}
      "wms_enable_request" "*"
      "gml_include_items" "all"
      "gml_featureid" "gid"
      "gml_types" "auto"
      "wfs_getfeature_formatlist" "GeoJSON,CSV,GPKG"
{_types(layer)}
{aliases}{link}
    END
    CLASS
      NAME "{_quoted(layer.title)}"
      {_STYLE[layer.geometry]}
    END
  END
"""


def _map(
    service: str, url: str, data: Path, counts: dict[str, dict[str, list[float]]], csw_url: str | None
) -> str:
    about = table().services[service]
    west, south, east, north = counts["granica_miasta"]["extent_2178"]
    layers = "".join(_layer(layer, data, counts, csw_url) for layer in table().of(service))
    return f"""# Written when the server starts; edit demo/city/msip instead.
MAP
  NAME "msip_{service}"
  STATUS ON
  EXTENT {west} {south} {east} {north}
  SIZE 800 600
  MAXSIZE 4096
  UNITS METERS
  IMAGECOLOR 255 255 255
  PROJECTION "init=epsg:2178" END
{FORMATS}
  SYMBOL NAME "dot" TYPE ELLIPSE POINTS 1 1 END FILLED TRUE END
  WEB
    IMAGEPATH "{data.parent / "run"}/"
    METADATA
      "ows_title" "{_quoted(about["title"])}"
      "ows_abstract" "{_quoted(SAMPLE_NOTE)}"
      "ows_keywordlist" "Kielce,MSIP,INSPIRE"
      "ows_onlineresource" "{url}"
      "oga_onlineresource" "{url.rstrip("?")}/ogcapi"
      "oga_html_template_directory" "{TEMPLATES}/"
      "ows_srs" "{SRS}"
      "ows_enable_request" "*"
      "ows_fees" "brak"
      "ows_accessconstraints" "brak ograniczeń; CC BY 4.0"
      "ows_contactorganization" "Urząd Miasta Kielce"
      "ows_contactelectronicmailaddress" "{about["contact"]}"
      "ows_encoding" "UTF-8"
      "wms_getmap_formatlist" "image/png,image/jpeg"
      "wms_feature_info_mime_type" "text/plain"
      "wfs_namespace_prefix" "ms"
      "wfs_namespace_uri" "http://mapserver.gis.umn.edu/mapserver"
      "wfs_maxfeatures" "{FEATURE_LIMIT}"
      "wfs_feature_collection" "FeatureCollection"
    END
  END
{layers}
END
"""


def write_maps(folder: Path, base_url: str, csw_url: str | None) -> Path:
    """Write ``run/<service>.map`` and ``run/mapserver.conf``; return the folder ``run``.

    ``folder`` is the city's data folder; ``base_url`` the server's own address without a path.
    """
    run = folder / "run"
    run.mkdir(parents=True, exist_ok=True)
    counts = json.loads((folder / "msip" / "layers.json").read_text(encoding="utf-8"))
    maps = []
    for service in table().services:
        path = run / f"{service}.map"
        path.write_text(
            _map(service, f"{base_url}/ows/{service}?", folder / "msip", counts, csw_url), encoding="utf-8"
        )
        maps.append(f'    {service.upper()} "{path}"')
    (run / "mapserver.conf").write_text(
        'CONFIG\n  ENV\n    MS_MAP_PATTERN "."\n  END\n  MAPS\n' + "\n".join(maps) + "\n  END\nEND\n",
        encoding="utf-8",
    )
    return run
