"""Another CKAN by its action API: all its datasets page by page, each with a digest of what it says. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Protocol
from urllib.parse import urlencode

from ckanext.kielce.common.http import Response
from ckanext.kielce.common.http_errors import safe_url
from ckanext.kielce.harvest.links import uri_key, uuid_key
from ckanext.kielce.harvest.records import Record, SourceError, digest
from ckanext.kielce.harvesters.answers import json_object

from .fields import listed, text

#: Datasets asked for at once unless the source says otherwise, and the most that CKAN gives (ckan.search.rows_max).
PAGE_SIZE, MOST = 200, 1000
MAX_BYTES = 128 * 1024 * 1024
#: What changes by itself, or is another portal's business: never a reason to write a dataset again.
VOLATILE = frozenset(
    [
        *(
            "metadata_modified",
            "tracking_summary",
            "revision_id",
            "revision_timestamp",
            "creator_user_id",
            "state",
        ),
        *("num_resources", "num_tags", "isopen", "relationships_as_object", "relationships_as_subject"),
        *("archiver", "qa", "views_count", "downloads_count", "total_views", "recent_views", "last_viewed"),
        *(
            "rating",
            "ratings_average",
            "ratings_count",
            "score",
            "index_id",
            "validated_data_dict",
            "data_dict",
        ),
        *("harvest_object_id", "harvest_source_id", "harvest_source_title", "permissions", "plugin_data"),
    ]
)
VOLATILE_IN_RESOURCE = VOLATILE | {
    *("cache_last_updated", "cache_url", "webstore_last_updated", "webstore_url", "datastore_active"),
    *(
        "datastore_contains_all_records_of_source_file",
        "resource_group_id",
        "position",
        "package_id",
        "ckan_url",
    ),
    *("on_same_domain", "original_url", "task_created", "set_url_type", "ignore_hash"),
}
_ABOUT = ("id", "name", "title")


class Fetcher(Protocol):
    """What is needed of the harvest's client."""

    def fetch(self, url: str, **options: Any) -> Response: ...
    def expect(self, records: int) -> None: ...


def root(url: str) -> str:
    """The portal's address, whatever page of it was pasted: ``https://x/api/3``, ``https://x/dataset`` → ``https://x``."""
    return re.sub(
        r"/(api(/.*)?|dataset/?|group/?|organization/?)$", "", url.strip().split("?")[0].rstrip("/")
    )


def filters(config: dict[str, Any]) -> list[str]:
    """Filter queries of Solr from the settings ``fq``, ``organizations`` and ``groups``."""
    found = ["-dataset_type:harvest"]
    for key, field in (("organizations", "organization"), ("groups", "groups")):
        names = [text(name) for name in config.get(key) or [] if text(name)]
        if names:
            quoted = " OR ".join('"' + name.replace('"', "") + '"' for name in names)
            found.append(f"{field}:({quoted})")
    own = text(config.get("fq"))
    if own:  # a condition that only excludes would match nothing in brackets
        found.append(own if own[0] in "+-" else f"({own})")
    return found


def essence(package: dict[str, Any]) -> dict[str, Any]:
    """What a package says, without what changes by itself, in an order of its own."""
    kept = {
        key: value
        for key, value in package.items()
        if key not in VOLATILE and value not in (None, "", [], {})
    }
    kept["resources"] = [
        {
            key: value
            for key, value in resource.items()
            if key not in VOLATILE_IN_RESOURCE and value not in (None, "")
        }
        for resource in package.get("resources") or []
        if isinstance(resource, dict)
    ]
    tags = [
        tag.get("display_name") or tag.get("name")
        for tag in listed(kept.get("tags"))
        if isinstance(tag, dict)
    ]
    kept["tags"] = sorted(str(tag) for tag in tags if tag)
    organization = kept.get("organization")
    if isinstance(organization, dict):
        kept["organization"] = {key: organization.get(key) for key in _ABOUT}
    kept["groups"] = [
        {key: group.get(key) for key in _ABOUT}
        for group in listed(kept.get("groups"))
        if isinstance(group, dict)
    ]
    extras = [row for row in listed(kept.get("extras")) if isinstance(row, dict) and row.get("key")]
    kept["extras"] = [
        {"key": str(row["key"]), "value": row.get("value")}
        for row in sorted(extras, key=lambda row: str(row["key"]))
    ]
    return kept


def _page(client: Fetcher, base: str, query: dict[str, Any]) -> tuple[int, list[dict[str, Any]]]:
    """(datasets that the query finds, those of this page)."""
    url = f"{base}/api/3/action/package_search?{urlencode(query)}"
    with client.fetch(url, max_bytes=MAX_BYTES) as answer:
        found = json_object(answer.body, url)
    if found.get("success") is False:
        error = found.get("error") if isinstance(found.get("error"), dict) else {}
        reason = text(error.get("message")) or text(error.get("__type")) or "-"
        raise SourceError(
            f"CKAN at {safe_url(base)} refuses the query: {reason}. Check the settings fq, organizations and groups.",
            f"CKAN pod adresem {safe_url(base)} odrzuca zapytanie: {reason}. Sprawdź ustawienia fq, organizations i "
            "groups.",
        )
    result = found.get("result")
    count = result.get("count") if isinstance(result, dict) else None
    rows = result.get("results") if isinstance(result, dict) else None
    if not isinstance(count, int) or isinstance(count, bool) or not isinstance(rows, list):
        raise SourceError(
            f"{safe_url(base)} answers, but not as CKAN's action API does (no result with count and results). Give "
            "the portal's address without /api.",
            f"{safe_url(base)} odpowiada, ale nie tak jak API CKAN-a (brak result z count i results). Podaj adres "
            "portalu bez /api.",
        )
    return count, [row for row in rows if isinstance(row, dict)]


def packages(client: Fetcher, base: str, config: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every dataset once, in the order of ids; tells the client how many there should be.

    Each page asks for ids after the last one seen, so that datasets which appear or go while we read move nothing
    between pages. A server that ignores the condition is read by offset instead, past what was seen already.
    """
    size = min(int(config.get("page_size") or PAGE_SIZE), MOST)
    fixed, last, read, offset = filters(config), "", 0, 0
    by_offset = False
    while True:
        conditions = fixed if by_offset or not last else [*fixed, f"id:{{{last} TO *]"]
        query: dict[str, Any] = {
            "q": "*:*",
            "fq": " ".join(each if each[0] in "+-" else f"+{each}" for each in conditions),
        }
        query |= {"sort": "id asc", "rows": size, "start": offset if by_offset else 0}
        count, rows = _page(client, base, query)
        if rows and last and not by_offset and text(rows[0].get("id")) <= last:
            by_offset, offset = True, read
            continue
        client.expect(count if by_offset else read + count)
        fresh = [row for row in rows if text(row.get("id")) > last]
        yield from fresh
        read += len(fresh)
        offset += len(rows)
        if fresh:
            last = max(last, *(text(row.get("id")) for row in fresh))
        if not fresh or (offset >= count if by_offset else len(rows) >= count):
            return


def read(client: Fetcher, url: str, config: dict[str, Any]) -> Iterator[Record]:
    """A record of each dataset; its content is the package, its revision a digest of what the package says."""
    base = root(url)
    for package in packages(client, base, config):
        guid = text(package.get("id"))
        if not guid:
            title = text(package.get("title") or package.get("name")) or "?"
            yield Record("", None, {"title": title})
            continue
        said = essence(package)
        yield Record(guid, digest(said), {"base": base, "package": said}, keys=keys(base, said))


def keys(base: str, package: dict[str, Any]) -> tuple[str, ...]:
    """Names of the dataset that hold in other catalogues: its UUID, its declared URI, its page at the portal."""
    extras = {row["key"]: row.get("value") for row in package.get("extras") or []}
    uri = text(package.get("uri")) or text(extras.get("uri"))
    found = (
        uuid_key(text(package.get("id"))),
        uri_key(uri) if uri else None,
        uri_key(f"{base}/dataset/{package.get('id')}"),
    )
    return tuple(dict.fromkeys(key for key in found if key))
