"""The records of a CSW 2.0.2 catalogue, page by page: one GetRecords a page, the next one read while one is worked on."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import NamedTuple
from xml.sax.saxutils import escape

from ckanext.kielce.common.http import FetchError
from ckanext.kielce.harvest.records import Client, SourceError
from ckanext.kielce.harvesters.msip import iso, ows
from ckanext.kielce.harvesters.msip.words import say, source_error
from ckanext.kielce.harvesters.msip.xml import (
    DocumentTypeError,
    Element,
    NotXmlError,
    children,
    descendants,
    local,
    parse,
    records_apart,
    recovered,
    text_of,
)
from lxml import etree

PAGE_SIZE = 100
RECORD_BYTES = 2 * 2**20  # of one record; those of real catalogues have 5-60 kB
SCHEMA = "http://www.isotc211.org/2005/gmd"
# ISO 19139, and its extension for imagery; ISO 19115-3 has an MD_Metadata too, which is another
ISO_RECORD = re.compile(r"\{http://www\.isotc211\.org/2005/gmd\}MD_Metadata|\{[^}]*\}MI_Metadata")
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


class Entry(NamedTuple):
    """A record as it came: ``revision`` is the digest of its canonical XML; ``error`` says why there is no ``node``."""

    guid: str
    node: Element | None
    revision: str
    error: str | None = None


class Page(NamedTuple):
    """An answer: ``matched`` records in all as it says (None: it doesn't), ``parts`` are nodes, or bytes in a broken one."""

    matched: int | None
    parts: list[Element | bytes]


class Pages:
    """The records of a catalogue; ``promised`` is how many it says to have, ``twice`` how many came a second time.

    ``lang`` is the language of the complaints about single records.
    """

    def __init__(
        self, client: Client, url: str, size: int = PAGE_SIZE, cql: str | None = None, lang: str = "pl"
    ) -> None:
        self.client, self.url, self.size, self.cql = client, ows.service_url(url), size, cql
        self.lang = lang
        self.promised = self.twice = 0
        self._ways = list(WAYS)

    def records(self) -> Iterator[Entry]:
        """Every record; an unreadable one has an error.

        Raises SourceError, also after some records, when the catalogue stops before the end or gives the same page
        for ever. Two pages at most are in memory.
        """
        known: set[int] = set()  # of 8 bytes a record, so that a hundred thousand stay small
        seen = 0
        reader = ThreadPoolExecutor(1, thread_name_prefix="csw")
        try:
            coming = reader.submit(self._ask, 1)
            while True:
                page = self._page(coming.result())
                if self._over(page, seen):
                    return
                start, seen = seen, seen + len(page.parts)
                done = page.matched is not None and seen >= self.promised
                # nextRecord is not followed: servers set it to 0 too early
                following: Future[bytes] | None = None if done else reader.submit(self._ask, seen + 1)
                yield from self._fresh(page, known, start)
                if following is None:
                    return
                coming = following
        finally:
            reader.shutdown(wait=False, cancel_futures=True)

    def _over(self, page: Page, seen: int) -> bool:
        """Whether this page says that there is nothing more. Raises SourceError when it should have had records."""
        self.promised = max(self.promised, page.matched or 0)
        if page.parts:
            return False
        if seen and page.matched == seen:
            self.promised = seen  # records were taken out while we read
        if seen < self.promised:
            raise source_error("cut", url=self.url, matched=self.promised, seen=seen)
        return True

    def _fresh(self, page: Page, known: set[int], start: int) -> list[Entry]:
        """The page without the records that came before, as they are (one put in while we read moves the others on)."""
        fresh = []
        for number, part in enumerate(page.parts, start + 1):
            entry = self._broken(part, number) if isinstance(part, bytes) else self._entry(part, number)
            mark = hash((entry.guid, entry.revision, entry.error))
            if mark not in known:
                fresh.append(entry)
                known.add(mark)
        if not fresh and start:
            raise source_error("repeated", url=self.url, start=start + 1)
        self.twice += len(page.parts) - len(fresh)
        return fresh

    def _page(self, body: bytes) -> Page:
        try:
            root = parse(body, self.url)
        except DocumentTypeError:
            raise
        except NotXmlError:
            return self._page_in_pieces(body)
        if local(root) == "Capabilities":
            raise source_error("capabilities_only", url=self.url)
        if local(root) != "GetRecordsResponse":
            raise source_error("not_csw", url=self.url, tag=local(root))
        results = next(iter(children(root, "SearchResults")), None)
        if results is None:
            raise source_error("not_csw", url=self.url, tag="GetRecordsResponse")
        matched = results.get("numberOfRecordsMatched") or ""
        nodes = [node for node in results if isinstance(node.tag, str)]
        return Page(int(matched) if matched.isdigit() else None, nodes)

    def _page_in_pieces(self, body: bytes) -> Page:
        """A page that is no XML as a whole, record by record. Raises NotXmlError when it is not even a cut-up list."""
        matched = _attribute(body, b"numberOfRecordsMatched")
        pieces = records_apart(body)
        if matched is None or not pieces or b"GetRecordsResponse>" not in body[-200:]:
            parse(body, self.url)  # says what is wrong with it
        return Page(matched, list(pieces))

    def _broken(self, piece: bytes, number: int) -> Entry:
        """A record of a page that is no XML as a whole; only the malformed one has an error."""
        try:
            return self._entry(parse(piece, self.url), number)
        except SourceError as error:
            tree = recovered(piece)
            guid = iso.guid(tree) if tree is not None else ""
            reason = getattr(error.__cause__, "msg", "") or error.text(self.lang)
            return Entry(guid or f"{self.url}#{number}", None, "", say("malformed", self.lang, reason=reason))

    def _entry(self, node: Element, number: int) -> Entry:
        if not ISO_RECORD.fullmatch(node.tag):
            guid = text_of(next(descendants(node, "identifier"), None)) or f"{self.url}#{number}"
            return Entry(
                guid, None, "", say("not_iso", self.lang, tag=node.tag.lstrip("{").replace("}", " "))
            )
        # exclusive: the digest is of the record, whatever namespaces the answer around it declares
        written = etree.tostring(node, method="c14n", exclusive=True, with_comments=False)
        guid = iso.guid(node)
        if len(written) > RECORD_BYTES:
            return Entry(
                guid or f"{self.url}#{number}",
                None,
                "",
                say("too_large", self.lang, size=len(written) >> 20, limit=RECORD_BYTES >> 20),
            )
        return Entry(guid, node, hashlib.sha256(written).hexdigest())

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


def _attribute(body: bytes, name: bytes) -> int | None:
    match = re.search(name + rb'\s*=\s*"(\d+)"', body)
    return int(match.group(1)) if match else None
