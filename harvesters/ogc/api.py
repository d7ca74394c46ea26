"""What OGC APIs share: the landing page, links by relation, pages by ``rel=next``. JSON only."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

import yaml
from ckanext.kielce.harvest.records import Client, SourceError

JSON_TYPES = "application/geo+json, application/json;q=0.9, application/schema+json;q=0.8"
REL = "http://www.opengis.net/def/rel/ogc/1.0/"  # some relations are written as an address
PORTS = {"http": 80, "https": 443}
LARGEST = 50 * 2**20  # of one document


@cache
def _words() -> dict[str, dict[str, str]]:
    return yaml.safe_load(Path(__file__).with_name("words.yaml").read_text(encoding="utf-8"))


def say(code: str, lang: str, **values: Any) -> str:
    """The sentence of words.yaml in Polish ("pl") or else English."""
    return _words()[code]["pl" if lang == "pl" else "en"].format(**values)


def source_error(code: str, **values: Any) -> SourceError:
    """A SourceError with the sentence in both languages."""
    return SourceError(say(code, "en", **values), say(code, "pl", **values))


class Document:
    """A JSON object with links; ``url`` is where it came from, against which relative links are meant."""

    def __init__(self, url: str, data: dict[str, Any]) -> None:
        self.url, self.data = url, data

    def links(self, *relations: str) -> list[dict[str, Any]]:
        """Links of any of these relations, with whole addresses."""
        return links_of(self.data, self.url, *relations)

    def link(self, *relations: str) -> str | None:
        """The address of the JSON document that a relation leads to, None when there is none."""
        found = self.links(*relations)
        best = [each for each in found if "json" in each.get("type", "")]
        rest = [each for each in found if not each.get("type")]
        return next((each["href"] for each in [*best, *rest]), None)


class Api:
    """An OGC API at ``url``; only documents on its own server are read. ``start`` is the address as it was given."""

    def __init__(self, client: Client, url: str) -> None:
        self.client, self.start = client, url.strip()
        self.url = plain(url)

    def read(self, url: str, *, keep: bool = True) -> Document:
        """The JSON object at an address. Raises SourceError when something else comes, FetchError.

        ``keep``: the answer is kept for the next run's conditional request; not for pages of data, which may be many.
        """
        target = self.own(url)
        body = self._body(target, keep)
        if body.lstrip()[:1] == b"<" and "f" not in dict(parse_qsl(urlsplit(target).query)):
            # servers that give everybody the page for people, whatever they accept, go by this parameter
            body = self._body(with_parameters(target, f="json"), keep)
        try:
            data = json.loads(body)
        except (ValueError, RecursionError) as error:
            code = "web_page" if body.lstrip()[:1] == b"<" else "not_json"
            raise source_error(code, url=plain(target)) from error
        if not isinstance(data, dict):
            raise source_error("not_json", url=plain(target))
        return Document(target, data)

    def _body(self, url: str, keep: bool) -> bytes:
        headers = {"Accept": JSON_TYPES}
        with self.client.fetch(url, conditional=keep, headers=headers, max_bytes=LARGEST) as answer:
            return answer.body

    def own(self, url: str) -> str:
        """The address with the source's scheme. Raises SourceError when it is on another server.

        A service behind a proxy often writes http into its links while it is reached by https.
        """
        ours = urlsplit(self.url)
        try:
            theirs = urlsplit(url)
            same = ours.hostname == theirs.hostname and _port(ours.scheme, ours.port) == _port(
                theirs.scheme, theirs.port
            )
        except ValueError as error:
            raise source_error("elsewhere", url=self.url, link=url[:200]) from error
        if not same or theirs.scheme not in PORTS:
            raise source_error("elsewhere", url=self.url, link=plain(url))
        return urlunsplit((ours.scheme, ours.netloc, theirs.path, theirs.query, ""))

    def pages(self, url: str, *, keep: bool = True) -> Iterator[Document]:
        """This document and those that follow by ``rel=next``. Raises SourceError when the links go round in a circle."""
        seen: set[int] = set()
        following: str | None = url
        while following:
            page = self.read(following, keep=keep)
            if hash(page.url) in seen:
                raise source_error("circle", url=page.url)
            seen.add(hash(page.url))
            yield page
            following = page.link("next")
            if following and hash(self.own(following)) in seen:
                raise source_error("circle", url=plain(following))

    def collections(self, landing: Document) -> Iterator[tuple[dict[str, Any], Document]]:
        """Every collection as (its description, the document that it stands in)."""
        if isinstance(landing.data.get("collections"), list):
            first = landing.url
        else:
            first = landing.link("data", f"{REL}data") or f"{self.url.rstrip('/')}/collections"
        for page in self.pages(first):
            found = page.data.get("collections")
            if not isinstance(found, list):
                raise source_error("no_collections", url=plain(page.url))
            for collection in found:
                if isinstance(collection, dict) and isinstance(collection.get("id"), str | int):
                    yield {**collection, "id": str(collection["id"])}, page


def links_of(data: dict[str, Any], base: str, *relations: str) -> list[dict[str, Any]]:
    """Links of a JSON object, of any of these relations (all without one), with whole addresses."""
    wanted = {name for relation in relations for name in (relation, REL + relation)}
    found = []
    for link in objects(data.get("links")):
        if isinstance(link.get("href"), str) and (not wanted or link.get("rel") in wanted):
            texts = {key: value for key, value in link.items() if isinstance(value, str)}
            try:
                found.append({**texts, "href": urljoin(base, link["href"].strip())})
            except ValueError:  # brackets that are no address
                continue
    return found


def with_parameters(url: str, **parameters: str | int) -> str:
    """The address with these parameters in place of its own of the same names."""
    parts = urlsplit(url)
    kept = [item for item in parse_qsl(parts.query, keep_blank_values=True) if item[0] not in parameters]
    query = urlencode([*kept, *parameters.items()], safe=":/,")
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))


def plain(url: str) -> str:
    """The address without the parameter that chooses a format, and without a fragment."""
    parts = urlsplit(url.strip())
    kept = [item for item in parse_qsl(parts.query, keep_blank_values=True) if item[0] != "f"]
    return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(kept, safe=":/,"), ""))


def text(value: Any) -> str:
    """A text as plain words, "" for anything else."""
    return " ".join(value.split()) if isinstance(value, str) else ""


def texts(value: Any) -> list[str]:
    """The texts of a list, each once."""
    return (
        list(dict.fromkeys(found for each in value if (found := text(each))))
        if isinstance(value, list)
        else []
    )


def objects(value: Any) -> list[dict[str, Any]]:
    """The objects of a list."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def inside(data: Any, *path: str) -> dict[str, Any]:
    """The object at a path of names, {} where there is none."""
    for name in path:
        data = data.get(name) if isinstance(data, dict) else None
    return data if isinstance(data, dict) else {}


def box(value: Any) -> list[float]:
    """West, south, east, north of ``extent.spatial.bbox`` (with or without heights), or of the box itself."""
    if isinstance(value, list) and value and isinstance(value[0], list):
        value = value[0]
    numbers = (
        [float(each) for each in value or [] if isinstance(each, int | float)]
        if isinstance(value, list)
        else []
    )
    if len(numbers) == 6:
        numbers = [numbers[0], numbers[1], numbers[3], numbers[4]]
    return numbers if len(numbers) == 4 else []


def period(value: Any) -> dict[str, str]:
    """{start, end} as days, of ``[start, end]`` where ".." or null is open."""
    if isinstance(value, list) and value and isinstance(value[0], list):
        value = value[0]
    if not isinstance(value, list) or len(value) != 2:
        return {}
    return {name: day for name, each in zip(("start", "end"), value, strict=True) if (day := _day(each))}


def _day(value: Any) -> str:
    found = text(value)[:10]
    return found if found[:4].isdigit() else ""


def _port(scheme: str, port: int | None) -> int | None:
    """80 and 443 count as one: the same server, with and without encryption."""
    number = port or PORTS.get(scheme)
    return 80 if number == 443 else number
