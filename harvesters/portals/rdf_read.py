"""A DCAT-AP catalogue in RDF, page by page: which datasets there are, what each says, and where the next page is. Pure."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from ckanext.kielce.common.http import Response
from ckanext.kielce.common.http_errors import safe_url
from ckanext.kielce.harvest.links import uri_key, uuid_key
from ckanext.kielce.harvest.records import Record, SourceError
from ckanext.kielce.harvesters.answers import HEAD, refuse_pages
from rdflib import BNode, Graph, Literal, URIRef

from . import rdf_turtle, rdf_xml
from .rdf_store import HYDRA, PAGES, Row, Store, fingerprint

ACCEPT = "application/rdf+xml, text/turtle;q=0.9, application/ld+json;q=0.8, application/n-triples;q=0.7"
#: A page larger than this is no page of a catalogue.
MAX_BYTES = 1024 * 1024 * 1024
#: What is not RDF/XML is read as a whole, which takes five times its size in memory, with rdflib twenty times.
MAX_WHOLE, MAX_RDFLIB = 64 * 1024 * 1024, 16 * 1024 * 1024
#: Pages of one catalogue.
MAX_PAGES = 20_000
FORMATS = ("xml", "turtle", "json-ld", "nt")
_TYPES = {
    "application/rdf+xml": "xml",
    "application/xml": "xml",
    "text/xml": "xml",
    "text/turtle": "turtle",
    "application/x-turtle": "turtle",
    "text/n3": "turtle",
    "application/ld+json": "json-ld",
    "application/json": "json-ld",
    "application/n-triples": "nt",
}
_ENDINGS = {
    ".rdf": "xml",
    ".xml": "xml",
    ".ttl": "turtle",
    ".jsonld": "json-ld",
    ".json": "json-ld",
    ".nt": "nt",
}
DCT_IDENTIFIER = "http://purl.org/dc/terms/identifier"
ADMS_IDENTIFIER = "http://www.w3.org/ns/adms#identifier"
SKOS_NOTATION = "http://www.w3.org/2004/02/skos/core#notation"
XSD_STRING = "http://www.w3.org/2001/XMLSchema#string"

# rdflib warns of every malformed address and date; what matters is reported for the dataset that holds it
for _name in ("rdflib.term", "rdflib.plugins.parsers.jsonld"):
    logging.getLogger(_name).setLevel(logging.ERROR)


class Fetcher(Protocol):
    """What is needed of the harvest's client."""

    def fetch(self, url: str, **options: Any) -> Response: ...
    def expect(self, records: int) -> None: ...
    def skip_unchanged(self, *answers: Response) -> None: ...


def format_of(content_type: str, url: str, head: bytes, told: str | None) -> str:
    """Which of FORMATS an answer is in: as the source's setting says, else by what it begins with, else by its type."""
    if told:
        return told
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if start[:5] == b"<?xml" or start[:8] in (b"<rdf:RDF", b"<!DOCTYP"):
        return "xml"
    if start[:1] == b"{":
        return "json-ld"
    declared = _TYPES.get(content_type.split(";")[0].strip().lower())
    ending = _ENDINGS.get(Path(urlsplit(url).path).suffix.lower())
    return declared or ending or "turtle"


def _contexts(value: Any) -> Iterator[str]:
    """Addresses of contexts that a JSON-LD document wants to have fetched."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in ("@context", "@import"):
                given = inner if isinstance(inner, list) else [inner]
                yield from (each for each in given if isinstance(each, str))
            if isinstance(inner, dict | list):
                yield from _contexts(inner)
    elif isinstance(value, list):
        for each in value:
            yield from _contexts(each)


def _whole(path: Path, url: str, kind: str, store: Store) -> None:
    """Read Turtle, JSON-LD or N-Triples, each as a whole, by rdflib. Raises SourceError."""
    where = safe_url(url)
    _not_larger(path, where, MAX_RDFLIB if kind == "json-ld" else MAX_WHOLE)
    body, graph = path.read_bytes(), Graph(bind_namespaces="none")
    if kind != "json-ld" and _quickly(body, url, store):
        return
    _not_larger(path, where, MAX_RDFLIB)
    try:
        if kind == "json-ld":
            remote = next(_contexts(json.loads(body)), None)
            if remote:
                raise SourceError(
                    f"{where} leans on a context at another address ({safe_url(remote)}), which is not fetched for "
                    "safety. Give the address of the RDF/XML or Turtle form.",
                    f"{where} opiera się na kontekście spod innego adresu ({safe_url(remote)}), którego ze względów "
                    "bezpieczeństwa nie pobieramy. Podaj adres postaci RDF/XML albo Turtle.",
                )
        graph.parse(data=body, format=kind, publicID=url)
    except SourceError:
        raise
    except Exception as error:
        raise SourceError(
            f"The answer of {where} is no correct {kind} ({_short(error)}): cut off, damaged, or another format. "
            "Check the address and the setting rdf_format.",
            f"Odpowiedź {where} nie jest poprawnym {kind} ({_short(error)}): urwana, uszkodzona albo w innym formacie. "
            "Sprawdź adres i ustawienie rdf_format.",
        ) from error
    rows: dict[str, list[Row]] = {}
    for subject, predicate, value in graph:
        rows.setdefault(_node(subject)[1], []).append((str(predicate), *_node(value)))
    for name, facts in rows.items():
        store.add(name, facts)


def _not_larger(path: Path, where: str, limit: int) -> None:
    """Raise SourceError when a page is larger than what may be read as a whole (bytes)."""
    if path.stat().st_size > limit:
        raise SourceError(
            f"{where} is larger than {limit // 2**20} MB and no RDF/XML, which alone can be read piece by piece. Give the "
            "address of the RDF/XML form, or of a catalogue in pages.",
            f"{where} ma ponad {limit // 2**20} MB i nie jest w RDF/XML, a tylko ten zapis da się czytać kawałkami. Podaj "
            "adres postaci RDF/XML albo katalogu podzielonego na strony.",
        )


def _quickly(body: bytes, url: str, store: Store) -> bool:
    """Read Turtle or N-Triples without rdflib; False when that has to be asked."""
    try:
        rows = rdf_turtle.read(body.decode("utf-8-sig"), url)
    except (UnicodeDecodeError, rdf_turtle.TurtleError):
        return False
    for name, facts in rows.items():
        store.add(name, facts)
    return True


def _short(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:120] if lines else type(error).__name__


def _node(value: Any) -> tuple[str, str, str]:
    if isinstance(value, URIRef):
        return "u", str(value), ""
    if isinstance(value, BNode):
        return "b", f"_:{value}", ""
    datatype = str(value.datatype or "")
    extra = f"@{value.language.lower()}" if value.language else ("" if datatype == XSD_STRING else datatype)
    return "l", str(value), extra


def graph_of(triples: list[list[str]]) -> Graph:
    """The rdflib graph of a record's kept triples."""
    graph = Graph()
    for subject, predicate, kind, value, extra in triples:
        if kind == "u":
            made: Any = URIRef(value)
        elif kind == "b":
            made = BNode(value[2:])
        elif extra[:1] == "@":
            made = Literal(value, lang=extra[1:])
        else:
            made = Literal(value, datatype=URIRef(extra) if extra else None)
        graph.add((BNode(subject[2:]) if subject[:2] == "_:" else URIRef(subject), URIRef(predicate), made))
    return graph


def _texts(rows: list[Row], predicate: str) -> list[str]:
    return [row[2].strip() for row in rows if row[0] == predicate and row[1] != "b" and row[2].strip()]


def _identifiers(store: Store, rows: list[Row]) -> list[str]:
    found = _texts(rows, DCT_IDENTIFIER)
    for row in rows:
        if row[0] == ADMS_IDENTIFIER and row[1] != "l":
            found += _texts(store.rows(row[2]), SKOS_NOTATION)
    return found


def record(store: Store, subject: str) -> Record:
    """The record of one dataset of a page."""
    rows = store.rows(subject)
    identifiers = _identifiers(store, rows)
    blank = subject.startswith("_:")
    guid = (identifiers[0] if identifiers else "") if blank else subject
    if not guid:
        titles = _texts(rows, "http://purl.org/dc/terms/title")
        return Record("", None, {"title": titles[0] if titles else "?"})
    nodes = store.described(subject)
    own = None if blank else uri_key(subject)
    last = uuid_key(subject.rstrip("/").rsplit("/", 1)[-1])
    names = [own, last, *(uuid_key(value) or uri_key(value) for value in identifiers)]

    def content() -> dict[str, Any]:
        triples = [[node, *row] for node, facts in nodes.items() for row in facts]
        return {"subject": subject, "triples": triples}

    keys = tuple(dict.fromkeys(key for key in names if key))
    return Record(guid, fingerprint(nodes, subject), content, keys=keys)


def _page_facts(store: Store, url: str) -> tuple[str | None, int | None]:
    """(address of the next page, number of all datasets) as Hydra says them."""
    following, total = None, None
    for kind in PAGES:
        for subject in store.members[kind]:
            for predicate, _kind, value, _extra in store.rows(subject):
                if predicate in (HYDRA + "next", HYDRA + "nextPage") and value.strip():
                    following = following or urljoin(url, value.strip())
                elif predicate == HYDRA + "totalItems" and value.strip().isdigit():
                    total = int(value)
    return following, total


def _numbered(url: str, parameter: str, number: int) -> str:
    parts = urlsplit(url)
    query = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] != parameter]
    return urlunsplit(parts._replace(query=urlencode([*query, (parameter, number)])))


def read(client: Fetcher, url: str, config: dict[str, Any]) -> Iterator[Record]:
    """A record of each dataset of the catalogue, pages followed as Hydra says, or counted by ``page_parameter``."""
    parameter = str(config.get("page_parameter") or "")
    number = 1
    page: str | None = _numbered(url, parameter, 1) if parameter else url
    asked: set[str] = set()
    seen: set[int] = set()
    while page:
        if page in asked or len(asked) >= MAX_PAGES:
            raise SourceError(
                f"The pages of {safe_url(url)} lead back to one that was read ({safe_url(page)}). Ask the source's "
                "owner, or set page_parameter.",
                f"Strony katalogu {safe_url(url)} prowadzą z powrotem do już przeczytanej ({safe_url(page)}). Zapytaj "
                "właściciela źródła albo ustaw page_parameter.",
            )
        asked.add(page)
        fresh = 0
        fetched = client.fetch(page, conditional=True, max_bytes=MAX_BYTES, headers={"Accept": ACCEPT})
        with fetched as answer, _stored(answer, page, config) as store:
            following, total = _page_facts(store, page)
            if total is not None and not config.get("ignore_total"):
                client.expect(total)
            if number == 1 and not following and not parameter:
                client.skip_unchanged(answer)
            for subject in store.datasets():
                name = hash(subject) if subject[:2] != "_:" else 0
                if name and name in seen:
                    continue  # the catalogue moved while we read it
                seen.add(name)
                fresh += 1
                yield record(store, subject)
        if not fresh and len(asked) == 1:
            raise SourceError(
                f"{safe_url(url)} is correct RDF but describes no dataset (dcat:Dataset). Check that it is the "
                "catalogue's address.",
                f"{safe_url(url)} to poprawny RDF, ale nie opisuje żadnego zbioru (dcat:Dataset). Sprawdź, czy to "
                "adres katalogu.",
            )
        number += 1
        if parameter:
            following = _numbered(url, parameter, number) if fresh else None
        page = following


def _stored(answer: Response, url: str, config: dict[str, Any]) -> Store:
    """The page's triples. Raises SourceError for a web page or damaged RDF."""
    if answer.path is None:
        refuse_pages(b"", url)
        raise AssertionError
    with answer.path.open("rb") as stream:
        head = stream.read(HEAD)
    refuse_pages(head, url)
    kind = format_of(answer.headers.get("content-type", ""), url, head, config.get("rdf_format"))
    store = Store(answer.path.stat().st_size)
    if kind == "xml":
        rdf_xml.read(answer.path, url, store)
    else:
        _whole(answer.path, url, kind, store)
    return store
