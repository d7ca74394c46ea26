"""What a protocol hands to the harvest and gets from it; pure, no CKAN inside."""

from __future__ import annotations

import base64
import fnmatch
import hashlib
import json
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any
from urllib.parse import urlsplit

from ckanext.kielce.common.http import FetchError, HttpSettings, Response, fetch
from ckanext.kielce.harvest.cache import Cache, cache_key, is_fresh, keep, open_kept

SECRET_NAME = re.compile(r"[A-Z][A-Z0-9_]{0,63}")


class SourceError(Exception):
    """The whole source cannot be read; nothing of this run is written.

    ``message`` and ``message_pl`` say what happened and what helps, in English and Polish.
    """

    def __init__(self, message: str, message_pl: str = "") -> None:
        super().__init__(message)
        self.message, self.message_pl = message, message_pl or message

    def text(self, lang: str) -> str:
        """The message in Polish ("pl") or else in English."""
        return self.message_pl if lang == "pl" else self.message


class RecordError(SourceError):
    """One record cannot be made into a dataset; the others go on."""


class SourceUnchangedError(Exception):
    """The source said that nothing has changed since the last clean run (HTTP 304 on all that it has)."""


@dataclass(frozen=True)
class Record:
    """One record of a source.

    ``guid`` is its lasting identity within the source. ``revision`` changes when anything in the record changes, and
    is judged from its content (a digest of its bytes), never from a date stamp alone; None means "judge by
    ``content``". ``content`` is plain JSON data, kept with the harvest object, or a function that makes it: it is
    called only for records that are new or changed, before the next record is asked for, and may raise RecordError or
    FetchError. ``problems`` are sentences for the report that do not stop the record; ``error`` says why it cannot be
    used at all; ``incomplete`` says what could not be read this time (a service that did not answer): such a record
    makes a new dataset, but does not replace what an earlier, complete one made. ``keys`` name the thing across
    sources ("layer:https://host/ows#ms:dzialki", "uuid:…"): two records that share one describe the same dataset.
    """

    guid: str
    revision: str | None
    content: dict[str, Any] | Callable[[], dict[str, Any]]
    problems: list[str] = field(default_factory=list)
    error: str | None = None
    incomplete: str | None = None
    keys: tuple[str, ...] = ()

    def loaded(self) -> dict[str, Any]:
        """The content, made now when it is lazy. Raises RecordError or FetchError."""
        return self.content() if callable(self.content) else self.content

    @classmethod
    def unanswered(cls, guid: str, error: FetchError) -> Record:
        """A record that could not be fetched this time: its dataset stays as it is, and it is asked for again soon."""

        def content() -> dict[str, Any]:
            raise error

        return cls(guid, None, content)


@dataclass(frozen=True)
class DatasetDraft:
    """A dataset as a protocol sees it: ``data`` in the city's schema, resources included, without name and owner.

    ``unmapped`` lists what the record said and the schema has no place for, as "what: value"; the part before
    the colon is what the report totals by. ``owner_title`` is the publishing unit's name as the record has it, used
    when the source asks for it ("match_organization").

    A file that the portal must serve itself is a resource with ``url_type`` "upload", a file name as ``url`` and its
    SHA-256 as ``hash``; the file waits in the spool of `ckanext.kielce.harvest.uploads`.
    """

    data: dict[str, Any]
    unmapped: list[str] = field(default_factory=list)
    owner_title: str | None = None


@dataclass(frozen=True)
class Source:
    """A harvest source: its address and the settings an admin gave it."""

    id: str
    url: str
    title: str = ""
    config: dict[str, Any] = field(default_factory=dict)

    def overrides(self, *names: str) -> dict[str, Any]:
        """Field values set by hand for the record that goes by any of ``names`` (guid, layer name, title).

        Patterns with * and ? are applied first, exact names last, so that the exact one wins.
        """
        rules: Mapping[str, Mapping[str, Any]] = self.config.get("overrides") or {}
        found: dict[str, Any] = {}
        for exact in (False, True):
            for pattern, values in rules.items():
                hit = pattern in names if exact else any(fnmatch.fnmatchcase(name, pattern) for name in names)
                if hit:
                    found.update(values)
        return found


@dataclass(frozen=True)
class ConfigField:
    """One key of a source's configuration.

    ``kind`` is text, number, flag, list or map; ``check`` gets the value and returns a complaint in English or
    None.
    """

    description: str
    kind: str = "text"
    choices: tuple[str, ...] = ()
    required: bool = False
    check: Callable[[Any], str | None] | None = None
    description_pl: str = ""

    def help(self, lang: str) -> str:
        """What the key is for, in Polish ("pl", where given) or English."""
        return self.description_pl if lang == "pl" and self.description_pl else self.description


class Client:
    """The guarded HTTP client with the source's secret, which goes to the source's own host only.

    The secret is ``user:password`` or a whole header line such as ``Authorization: Bearer abc``.

    ``cache`` keeps answers for conditional requests. ``may_skip`` is set by the engine when the last run was complete
    and clean and neither configuration nor mapping changed since: only then may "not modified" mean "nothing to do".
    """

    def __init__(
        self, source: Source, settings: HttpSettings | None = None, cache: Cache | None = None
    ) -> None:
        self.source, self.settings, self.cache = source, settings, cache
        self.may_skip = False
        self.dry_run = False  # a protocol that writes anywhere of its own must not when this is set
        self.not_modified = 0
        self.requests = self.bytes = 0
        self.expected: int | None = None
        self._headers = _secret_headers(source.config.get("secret"))

    def expect(self, records: int) -> None:
        """Say how many records the source claims to have: a reading that ends with fewer is refused as cut off."""
        self.expected = records

    def fetch(self, url: str, *, conditional: bool = False, **options: Any) -> Response:
        """As `ckanext.kielce.common.http.fetch`; raises FetchError.

        ``max_bytes`` is the protocol's own limit of an answer; the smaller of it and the portal's holds. With
        ``conditional`` (GET only) the server is told what we have of the last time. Its "not modified" comes back as an
        answer of status 304 whose body is the kept one, and counts in ``not_modified``.
        """
        headers = dict(options.pop("headers", None) or {})
        limit = (self.settings or HttpSettings.from_config()).max_bytes
        options["max_bytes"] = min(options.get("max_bytes") or limit, limit)
        ours, theirs = urlsplit(self.source.url), urlsplit(url)
        if (ours.scheme, ours.netloc) == (theirs.scheme, theirs.netloc):
            headers = {**self._headers, **headers}
        if conditional and self.cache is not None:
            return self._conditional(url, headers, self.cache, options)
        return self._asked(url, headers, options)

    def skip_unchanged(self, *answers: Response) -> None:
        """Raise SourceUnchangedError when these answers are all that the source has, none was modified, and the engine
        allows a run to end there."""
        if self.may_skip and answers and all(answer.not_modified for answer in answers):
            raise SourceUnchangedError

    def _asked(self, url: str, headers: dict[str, str], options: dict[str, Any]) -> Response:
        self.requests += 1
        answer = fetch(url, headers=headers, settings=self.settings, **options)
        self.bytes += answer.length
        return answer

    def _conditional(
        self, url: str, headers: dict[str, str], cache: Cache, options: dict[str, Any]
    ) -> Response:
        key, now = cache_key(url, headers), datetime.now(timezone.utc)
        kept = cache.get(key)
        if kept is not None and is_fresh(kept, now):
            known = {"etag": kept.etag, "last_modified": kept.last_modified}
            answer = self._asked(url, headers, {**options, **known})
            if not answer.not_modified:
                return self._kept(answer, key, cache, now)
            again = open_kept(kept, answer, options["max_bytes"])
            if again is not None:
                self.not_modified += 1
                return again
        return self._kept(self._asked(url, headers, options), key, cache, now)

    @staticmethod
    def _kept(answer: Response, key: str, cache: Cache, now: datetime) -> Response:
        packed = keep(answer, now)
        if packed is None:
            cache.forget(key)
        else:
            cache.put(key, packed.etag, packed.last_modified, packed.body)
        return answer


def _secret_headers(name: str | None) -> dict[str, str]:
    if not name:
        return {}
    value = os.environ.get(f"KIELCE_SECRET_{name}", "")
    if not value:
        raise SourceError(
            f"The secret {name} is not known. Set KIELCE_SECRET_{name} in the environment of the harvest "
            "consumers and the web server, and restart them.",
            f"Brak hasła {name}. Ustaw zmienną KIELCE_SECRET_{name} w środowisku procesów pobierających i serwera, "
            "po czym uruchom je ponownie.",
        )
    header, separator, rest = value.partition(": ")
    if separator and re.fullmatch(r"[A-Za-z0-9-]+", header):
        return {header: rest}
    return {"Authorization": "Basic " + base64.b64encode(value.encode()).decode()}


def digest(value: Any) -> str:
    """SHA-256 of plain JSON data, blind to the order of keys."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
