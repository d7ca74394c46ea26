"""Harvester ``msip_csw``: ISO 19139 records of a CSW 2.0.2 catalogue.

Whole records come many a request (GetRecords, full, sorted); no record is asked for alone. The WFS behind the records
are read once each, so that a hundred layers cost two requests more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from xml.sax.saxutils import escape

from ckanext.kielce.common.http import FetchError
from ckanext.kielce.harvest.base import (
    Client,
    ConfigField,
    DatasetDraft,
    Record,
    Source,
    SourceHarvester,
    language,
)
from ckanext.kielce.harvest.records import SourceError
from ckanext.kielce.harvesters.msip import iso, iso_map, layers, ows
from ckanext.kielce.harvesters.msip.words import say, source_error
from ckanext.kielce.harvesters.msip.xml import Element, NotXmlError, descendants, local, parse, records_apart
from lxml import etree

PAGE_SIZE = 100
SCHEMA = "http://www.isotc211.org/2005/gmd"
QUERY = """<?xml version="1.0" encoding="UTF-8"?>
<csw:GetRecords xmlns:csw="http://www.opengis.net/cat/csw/2.0.2" xmlns:ogc="http://www.opengis.net/ogc"
 xmlns:gmd="http://www.isotc211.org/2005/gmd" xmlns:dc="http://purl.org/dc/elements/1.1/" service="CSW"
 version="2.0.2" resultType="results" outputFormat="application/xml" outputSchema="{schema}"
 startPosition="{start}" maxRecords="{size}"><csw:Query typeNames="csw:Record"><csw:ElementSetName>full</csw:ElementSetName>
{constraint}{sort}</csw:Query></csw:GetRecords>"""
CONSTRAINT = '<csw:Constraint version="1.1.0"><csw:CqlText>{cql}</csw:CqlText></csw:Constraint>'
SORT = (
    "<ogc:SortBy><ogc:SortProperty><ogc:PropertyName>dc:identifier</ogc:PropertyName>"
    "<ogc:SortOrder>ASC</ogc:SortOrder></ogc:SortProperty></ogc:SortBy>"
)
# How GetRecords is asked, best first; a service that refuses one way is asked the next: (by POST, sorted).
WAYS = ((True, True), (False, True), (True, False), (False, False))


def _page_size(value: float) -> str | None:
    return None if 1 <= value <= 1000 else "give a number from 1 to 1000"


class MsipCswHarvester(SourceHarvester):
    """Records of a catalogue as map layers, or as plain datasets where no map service or map file is named."""

    about = {
        "name": "msip_csw",
        "title": "MSIP – CSW",
        "description": "Katalog metadanych CSW 2.0.2 z rekordami ISO 19139 (INSPIRE). / A CSW 2.0.2 catalogue with "
        "ISO 19139 records.",
    }
    config_schema = {
        "page_size": ConfigField(
            "Records a request; the service may give fewer.",
            "number",
            check=_page_size,
            description_pl="Ile rekordów w jednym zapytaniu.",
        ),
        "cql": ConfigField(
            "Only records that meet this CQL condition, for instance dc:subject = 'Hydrografia'.",
            description_pl="Tylko rekordy spełniające warunek CQL.",
        ),
        "skip_levels": ConfigField(
            'Levels of records left out; by default ["service"].',
            "list",
            description_pl='Pomijane rodzaje rekordów; zwykle ["service"].',
        ),
    }

    def records(self, source: Source, client: Client) -> Iterator[Record]:
        pages = Pages(
            client, source.url, int(source.config.get("page_size") or PAGE_SIZE), source.config.get("cql")
        )
        found = list(pages.records())
        skipped = set(source.config.get("skip_levels") or ["service"])
        services = Services(client)
        for guid, content, error in found:
            if error is not None:
                yield Record(guid, None, {}, error=error)
            elif content.get("level") not in skipped:
                read, incomplete = services.with_layers(content)
                yield Record(guid, None, read, incomplete=incomplete)

    def to_dataset(self, record: Record, source: Source) -> DatasetDraft:
        return iso_map.to_dataset(record.content, language())

    def original_url(self, guid: str, source: Source) -> str | None:
        return ows.request_url(
            ows.service_url(source.url),
            service="CSW",
            version="2.0.2",
            request="GetRecordById",
            elementSetName="full",
            outputSchema=SCHEMA,
            id=guid,
        )


class Pages:
    """The records of a catalogue, page by page."""

    def __init__(self, client: Client, url: str, size: int, cql: str | None = None) -> None:
        self.client, self.url, self.size, self.cql = client, ows.service_url(url), size, cql
        self._ways = list(WAYS)

    def records(self) -> Iterator[tuple[str, dict[str, Any], str | None]]:
        """(guid, content, error) of every record; an unreadable one has an error instead of content.

        Raises SourceError when fewer come than the catalogue says it has, or when it gives the same page for ever.
        """
        start, seen = 1, 0
        known: set[str] = set()
        while True:
            matched, page = self._page(start)
            fresh = [entry for entry in page if entry[0] not in known]
            if page and not fresh and start > 1:
                raise source_error("repeated", url=self.url, start=start)
            known.update(guid for guid, _content, _error in page)
            yield from page
            seen += len(page)
            if seen >= matched:
                return
            if not page:
                raise source_error("cut", url=self.url, matched=matched, seen=seen)
            # nextRecord is not followed: servers set it to 0 too early, or to where we are
            start += len(page)

    def _page(self, start: int) -> tuple[int, list[tuple[str, dict[str, Any], str | None]]]:
        """(records matched in all, the page's records)."""
        body = self._ask(start)
        try:
            root = parse(body, self.url)
        except NotXmlError:
            return self._page_in_pieces(body, start)
        if local(root) != "GetRecordsResponse":
            raise source_error("not_csw", url=self.url, tag=local(root))
        results = next(descendants(root, "SearchResults"), None)
        matched = int(results.get("numberOfRecordsMatched") or 0) if results is not None else 0
        page = [
            _read(node) for node in (results if results is not None else []) if local(node) == "MD_Metadata"
        ]
        return matched, page

    def _page_in_pieces(
        self, body: bytes, start: int
    ) -> tuple[int, list[tuple[str, dict[str, Any], str | None]]]:
        """A page that is no XML as a whole, record by record. Raises NotXmlError when it is not even a cut-up list."""
        matched = _attribute(body, b"numberOfRecordsMatched")
        pieces = records_apart(body)
        if matched is None or not pieces or b"GetRecordsResponse>" not in body[-200:]:
            parse(body, self.url)  # says what is wrong with it
        page = []
        for number, piece in enumerate(pieces):
            try:
                page.append(_read(parse(piece, self.url)))
            except SourceError as error:
                guid = _guid_in(piece) or f"{self.url}#{start + number}"
                page.append((guid, {}, say("malformed", language(), reason=_short(error))))
        return matched or 0, page

    def _ask(self, start: int) -> bytes:
        trouble: SourceError | FetchError | None = None
        while self._ways:
            post, sort = self._ways[0]
            try:
                body = self._request(start, post=post, sort=sort)
                if b"ExceptionReport" in body[:2000]:
                    parse(body, self.url)
                return body
            except NotXmlError:
                raise
            except SourceError as error:
                trouble = trouble or error
            except FetchError as error:
                if error.kind != "http_error" or error.status not in (400, 405, 415, 500, 501):
                    raise
                trouble = trouble or error
            if start > 1:
                break  # this way worked before: the trouble is the page's
            self._ways.pop(0)
        raise trouble or source_error("not_csw", url=self.url, tag="?")

    def _request(self, start: int, *, post: bool, sort: bool) -> bytes:
        if post:
            query = QUERY.format(
                schema=SCHEMA,
                start=start,
                size=self.size,
                constraint=CONSTRAINT.format(cql=escape(self.cql)) if self.cql else "",
                sort=SORT if sort else "",
            )
            with self.client.fetch(
                self.url, method="POST", body=query.encode(), headers={"Content-Type": "application/xml"}
            ) as answer:
                return answer.body
        parameters: dict[str, str | int] = {
            "service": "CSW",
            "version": "2.0.2",
            "request": "GetRecords",
            "typeNames": "csw:Record",
            "resultType": "results",
            "elementSetName": "full",
            "outputFormat": "application/xml",
            "outputSchema": SCHEMA,
            "startPosition": start,
            "maxRecords": self.size,
        }
        if self.cql:
            parameters |= {
                "constraintLanguage": "CQL_TEXT",
                "constraint_language_version": "1.1.0",
                "constraint": self.cql,
            }
        if sort:
            parameters["sortBy"] = "dc:identifier:A"
        with self.client.fetch(ows.request_url(self.url, **parameters)) as answer:
            return answer.body


def _read(node: Element) -> tuple[str, dict[str, Any], str | None]:
    content = iso.read(node)
    return content.get("id", ""), content, None


def _attribute(body: bytes, name: bytes) -> int | None:
    match = re.search(name + rb'\s*=\s*"(\d+)"', body)
    return int(match.group(1)) if match else None


def _guid_in(piece: bytes) -> str | None:
    """The identifier of a record that does not parse, as far as it can be read."""
    tree = etree.fromstring(piece, etree.XMLParser(recover=True, resolve_entities=False, no_network=True))
    return iso.read(tree).get("id") if tree is not None else None


def _short(error: SourceError) -> str:
    cause = error.__cause__
    return str(getattr(cause, "msg", "") or error.text(language()))


class Services:
    """The WFS that records point to, each read once."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self._read: dict[str, ows.Wfs | SourceError | FetchError] = {}

    def with_layers(self, content: dict[str, Any]) -> tuple[dict[str, Any], str | None]:
        """({iso, services, layers} of a record, why it is incomplete or None)."""
        result: dict[str, Any] = {"iso": content, "services": {}, "layers": {}}
        incomplete = None
        for online in content.get("onlines", []):
            if iso_map.service_kind(online) != "WFS" or not online.get("name"):
                continue
            address = ows.service_url(online["url"])
            service = self._service(address)
            if not isinstance(service, ows.Wfs):
                lang = language()
                incomplete = say("service_silent", lang, reason=service.text(lang))
                continue
            result["services"][address] = {
                key: value
                for key, value in vars(service).items()
                if key in {"url", "version", "title", "limit"} and value is not None
            }
            names = [part.strip() for part in online["name"].split(",")]
            found = [layer.as_json() for name in names if (layer := service.find(name))]
            result["layers"].setdefault(address, []).extend(found)
        return result, incomplete

    def _service(self, address: str) -> ows.Wfs | SourceError | FetchError:
        if address not in self._read:
            try:
                self._read[address] = layers.load_wfs(self.client, address)
            except (SourceError, FetchError) as error:
                self._read[address] = error
        return self._read[address]
