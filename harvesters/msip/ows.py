"""WFS and WMS: what the capabilities and the attribute schema say. Pure; bytes in, plain data out.

Versions 2.0.0 and 1.1.0 of WFS and 1.3.0 and 1.1.1 of WMS differ in namespaces and a few names only, so elements are
found by local name.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from typing import Any, Generic, Protocol, TypeVar
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from ckanext.kielce.harvest.records import SourceError
from ckanext.kielce.harvesters.msip.tables import table
from ckanext.kielce.harvesters.msip.xml import (
    Element,
    child_text,
    children,
    descendants,
    local,
    parse,
    text_of,
)

# Parameters that belong to a request, not to the service's own address.
REQUEST_PARAMETERS = frozenset(
    {
        *(
            "service",
            "version",
            "request",
            "typename",
            "typenames",
            "outputformat",
            "srsname",
            "layers",
            "styles",
        ),
        *(
            "format",
            "count",
            "maxfeatures",
            "resulttype",
            "acceptversions",
            "bbox",
            "width",
            "height",
            "crs",
            "srs",
        ),
        *("namespace", "sections"),
    }
)
EPSG = re.compile(r"(\d{4,5})\s*$")
URL_LENGTH = 8000  # servers refuse longer ones
MOST_CRS = 50  # the layer's own comes first; some services list every system there is
KNOWN_VERSIONS = ("2.0.2", "2.0.0", "1.1.0", "1.0.0")


@dataclass
class Layer:
    """A layer of a WFS. ``box``: west, south, east, north in degrees; ``columns`` as in the data dictionary."""

    name: str
    title: str = ""
    abstract: str = ""
    keywords: list[str] = field(default_factory=list)
    crs: list[str] = field(default_factory=list)
    box: list[float] = field(default_factory=list)
    formats: list[str] = field(default_factory=list)
    metadata_url: str = ""
    columns: list[dict[str, str]] = field(default_factory=list)
    geometry: str = ""
    count: int | None = None

    def as_json(self) -> dict[str, Any]:
        return {key: value for key, value in asdict(self).items() if value not in ("", [], None)}


class Named(Protocol):
    """A layer of any service."""

    name: str


L = TypeVar("L", bound=Named)


@dataclass
class MapService(Generic[L]):
    """What WFS and WMS both say of themselves."""

    url: str
    version: str
    title: str = ""
    provider: str = ""
    email: str = ""
    fees: str = ""
    access: str = ""
    layers: list[L] = field(default_factory=list)

    def find(self, name: str) -> L | None:
        """A layer by its name, with or without the prefix of its namespace."""
        bare = name.rpartition(":")[2].casefold()
        exact = (layer for layer in self.layers if layer.name == name)
        close = (layer for layer in self.layers if layer.name.rpartition(":")[2].casefold() == bare)
        return next(exact, None) or next(close, None)


@dataclass
class Wfs(MapService[Layer]):
    """A web feature service; ``limit`` is the most features one answer holds (None: none declared)."""

    limit: int | None = None


@lru_cache(maxsize=2048)
def is_address(url: str) -> bool:
    """Whether a text is a whole http(s) address; catalogues hold all kinds of things in its place."""
    try:
        parts = urlsplit(url.strip()[: URL_LENGTH + 1])
        return (
            len(url) <= URL_LENGTH
            and parts.scheme in {"http", "https"}
            and bool(parts.hostname)
            and parts.port != 0
        )
    except ValueError:  # brackets or a port that are none
        return False


@lru_cache(maxsize=2048)
def service_url(url: str) -> str:
    """The service's own address: without the parameters of a request, others (a map file, a key) kept."""
    parts = urlsplit(url.strip())
    own = [
        (key, value)
        for key, value in parse_qsl(parts.query, keep_blank_values=True)
        if key.lower() not in REQUEST_PARAMETERS
    ]
    return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(own, safe="/:,"), ""))


def request_url(service: str, /, **parameters: str | int) -> str:
    """The address of a request to a service, parameters in the order given."""
    parts = urlsplit(service)
    query = "&".join(part for part in (parts.query, urlencode(parameters, safe=":/,")) if part)
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))


def epsg(text: str) -> str:
    """EPSG:code of "urn:ogc:def:crs:EPSG::2178", "http://…/EPSG/0/2178", "EPSG:2178"; CRS84 is EPSG:4326."""
    if "CRS84" in text.upper():
        return "EPSG:4326"
    match = EPSG.search(text)
    return f"EPSG:{match.group(1)}" if match else text.strip()


def read_wfs(body: bytes, url: str) -> Wfs:
    """The capabilities of a WFS. Raises SourceError when they are something else."""
    root = parse(body, url)
    if local(root) not in {"WFS_Capabilities"}:
        raise SourceError(
            f"{url} answered with <{local(root)}>, not with the capabilities of a WFS. Check that the address is a "
            "WFS.",
            f"{url} odpowiada dokumentem <{local(root)}>, a nie opisem usługi WFS. Sprawdź, czy to adres usługi WFS.",
        )
    service = Wfs(url=service_url(url), version=root.get("version") or "2.0.0")
    for about in children(root, "ServiceIdentification"):
        service.title = child_text(about, "Title")
        service.fees, service.access = child_text(about, "Fees"), child_text(about, "AccessConstraints")
    for about in children(root, "ServiceProvider"):
        service.provider = child_text(about, "ProviderName")
        service.email = text_of(next(descendants(about, "ElectronicMailAddress"), None))
    operation_formats, service.limit = _operations(root)
    for node in descendants(root, "FeatureType"):
        layer = _layer(node)
        if layer.name:
            layer.formats = list(dict.fromkeys([*operation_formats, *layer.formats]))
            service.layers.append(layer)
    return service


def _operations(root: Element) -> tuple[list[str], int | None]:
    formats: list[str] = []
    limit = None
    for operations in children(root, "OperationsMetadata"):
        for operation in children(operations, "Operation"):
            if operation.get("name") == "GetFeature":
                for parameter in children(operation, "Parameter"):
                    if (parameter.get("name") or "").lower() == "outputformat":
                        formats += [text_of(value) for value in descendants(parameter, "Value")]
        for constraint in descendants(operations, "Constraint"):
            value = text_of(next(descendants(constraint, "DefaultValue"), None)) or text_of(
                next(descendants(constraint, "Value"), None)
            )
            if constraint.get("name") in {"CountDefault", "DefaultMaxFeatures"} and value.isdigit():
                limit = int(value)
    return formats, limit


def _layer(node: Element) -> Layer:
    crs = [
        epsg(text_of(found))
        for name in ("DefaultCRS", "DefaultSRS", "OtherCRS", "OtherSRS")
        for found in children(node, name)
    ]
    metadata = next((found for found in children(node, "MetadataURL")), None)
    link = ""
    if metadata is not None:
        link = metadata.get("{http://www.w3.org/1999/xlink}href") or text_of(metadata)
    return Layer(
        name=child_text(node, "Name"),
        title=child_text(node, "Title"),
        abstract=child_text(node, "Abstract"),
        keywords=[text_of(word) for word in descendants(node, "Keyword") if text_of(word)],
        crs=list(dict.fromkeys(code for code in crs if code))[:MOST_CRS],
        box=_box(node),
        formats=[text_of(found) for found in descendants(node, "Format")],
        metadata_url=link,
    )


def _box(node: Element) -> list[float]:
    for box in children(node, "WGS84BoundingBox"):
        corners = f"{child_text(box, 'LowerCorner')} {child_text(box, 'UpperCorner')}".split()
        try:
            return [float(corner) for corner in corners] if len(corners) == 4 else []
        except ValueError:
            return []
    return []


def read_columns(body: bytes, where: str) -> dict[str, tuple[list[dict[str, str]], str]]:
    """Layer's bare name -> (columns, kind of geometry) from an answer to DescribeFeatureType for any number of layers.

    Each column has name and type, and a description where the schema has one.
    """
    root = parse(body, where)
    if local(root) != "schema":
        raise SourceError(
            f"{where} answered DescribeFeatureType with <{local(root)}>, not with a schema.",
            f"{where} na DescribeFeatureType odpowiada dokumentem <{local(root)}>, a nie schematem.",
        )
    types = {node.get("name"): node for node in children(root, "complexType")}
    found: dict[str, tuple[list[dict[str, str]], str]] = {}
    for element in children(root, "element"):
        name = element.get("name")
        kind = (element.get("type") or "").rpartition(":")[2]
        body_of = types.get(kind) if kind in types else next(iter(children(element, "complexType")), None)
        if name and body_of is not None:
            found[name] = _columns(body_of)
    return found


def _columns(node: Element) -> tuple[list[dict[str, str]], str]:
    columns: list[dict[str, str]] = []
    geometry = ""
    for element in descendants(node, "element"):
        name = element.get("name")
        kind = (element.get("type") or "").rpartition(":")[2]
        if not kind:  # a restriction of a simple type, such as a string of limited length
            base = next(descendants(element, "restriction"), None)
            kind = (base.get("base") or "").rpartition(":")[2] if base is not None else ""
        if not name:
            continue
        if kind in table("geometries"):
            geometry = geometry or table("geometries")[kind]
            continue
        column = {"name": name, "type": table("types").get(kind, "text")}
        documentation = text_of(next(descendants(element, "documentation"), None))
        if documentation:
            column["description"] = documentation
        columns.append(column)
    return columns, geometry


def read_count(body: bytes, where: str) -> int | None:
    """Number of features of an answer to resultType=hits; None when the server does not know ("unknown")."""
    root = parse(body, where)
    value = root.get("numberMatched") or root.get("numberOfFeatures") or ""
    return int(value) if value.isdigit() else None


def download_url(service: Wfs, layer: Layer, output_format: str, crs: str) -> str:
    """GetFeature for a whole layer in the names that the service's version uses."""
    two = service.version.startswith("2")
    parameters = {
        "service": "WFS",
        "version": service.version if service.version in KNOWN_VERSIONS else "2.0.0",
        "request": "GetFeature",
        ("typeNames" if two else "typeName"): layer.name,
        "outputFormat": output_format,
    }
    if crs:
        parameters["srsName"] = crs
    return request_url(service.url, **parameters)


def capabilities_url(service: str, kind: str, version: str) -> str:
    return request_url(service, service=kind, version=version, request="GetCapabilities")
