"""The list of public datasets by cursor, compact: for programs that keep a copy of the catalogue in step.

Asked of the search index as anyone sees it. In the order of ids nothing is passed over or told twice while the list is
being read; by the time of change the list is read from the newest.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ckan.plugins import toolkit as tk
from ckanext.kielce.api import asked, cursor
from ckanext.kielce.api.asked import Misasked
from ckanext.kielce.common.marking import N_

ROWS, MOST_ROWS = 100, 1000
ORDERS = ("id", "-modified")
#: Parameter -> field of the index that it must equal.
FIELDS: Mapping[str, str] = {
    "organization": "organization",
    "domain": "groups",
    "format": "vocab_format",
    "type": "dataset_type",
    "status": "quality_status",
}
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}(\.\d{1,6})?Z?)?")
_ID = re.compile(r"[\w.:-]{1,200}", re.ASCII)
_SPECIAL = re.compile(r'([+\-&|!(){}\[\]^"~*?:\\/ ])')


class List:
    """A question for datasets, read from an address; `answer` asks it."""

    def __init__(self, args: Mapping[str, str]) -> None:
        self.limit = asked.whole(args, "limit", ROWS, 1, MOST_ROWS)
        self.order = asked.one_of(args, "order", ORDERS, "id")
        self.since = asked.text(args, "modified_since").strip()
        if self.since and not _MOMENT.fullmatch(self.since):
            raise Misasked(
                "modified_since", N_("must be a moment such as {example}"), example="2026-11-03T08:00:00Z"
            )
        self.wanted = {name: value for name in FIELDS if (value := asked.text(args, name).strip())}
        self.q = asked.text(args, "q").strip()
        self.question = [self.order, self.since, self.wanted, self.q]
        self.after = self._after(asked.text(args, "cursor"))

    def _after(self, mark: str) -> tuple[str, str] | None:
        if not mark:
            return None
        try:
            place = cursor.decode(mark, self.question)
        except cursor.CursorError as err:
            raise Misasked("cursor", N_("is no cursor of this question")) from err
        row, moment = place.get("i"), place.get("m", "")
        if not (isinstance(row, str) and _ID.fullmatch(row)):
            raise Misasked("cursor", N_("is no cursor of ours"))
        if not isinstance(moment, str) or (self.order != "id" and not _MOMENT.fullmatch(moment)):
            raise Misasked("cursor", N_("is no cursor of ours"))
        return row, moment

    def answer(self) -> dict[str, Any]:
        """``count`` of the whole question, ``datasets``, and the cursor of what follows (None at the end)."""
        rest = ["+state:active", *self._conditions()]
        whole = _search(self.q, rest, 0, "id asc")["count"] if self.after else None
        sort = "id asc" if self.order == "id" else "metadata_modified desc, id asc"
        found = _search(self.q, [*rest, *self._further()], self.limit + 1, sort)
        rows = found["results"][: self.limit]
        following = None
        if len(found["results"]) > self.limit:
            place = {"i": rows[-1]["id"]}
            if self.order != "id":
                place["m"] = milliseconds(rows[-1]["metadata_modified"])
            following = cursor.encode(place, self.question)
        return {
            "count": found["count"] if whole is None else whole,
            "datasets": [compact(row) for row in rows],
            "next": following,
        }

    def _conditions(self) -> list[str]:
        found = [f"+{FIELDS[name]}:{escaped(value)}" for name, value in self.wanted.items()]
        if self.since:
            moment = self.since if "T" in self.since else f"{self.since}T00:00:00"
            found.append(f"+metadata_modified:[{moment.removesuffix('Z')}Z TO *]")
        return found

    def _further(self) -> list[str]:
        if self.after is None:
            return []
        row, moment = self.after
        beyond = f"id:{{{escaped(row)} TO *}}"
        if self.order == "id":
            return [f"+{beyond}"]
        same = f'(metadata_modified:"{moment}" AND {beyond})'
        return [f"+(metadata_modified:[* TO {moment}}} OR {same})"]


def escaped(value: str) -> str:
    """A word as Solr takes it for itself."""
    return _SPECIAL.sub(r"\\\1", value)


def milliseconds(moment: str) -> str:
    """A moment as the index holds it: cut to milliseconds, in UTC."""
    whole, _dot, part = moment.removesuffix("Z").partition(".")
    return f"{whole}.{part[:3]:0<3}Z"


def _search(q: str, conditions: list[str], rows: int, sort: str) -> dict[str, Any]:
    found: dict[str, Any] = tk.get_action("package_search")(
        {"user": "", "auth_user_obj": None},
        {
            "q": q or "*:*",
            "fq": " ".join(conditions),
            "rows": rows,
            "sort": sort,
            "facet": "false",
        },
    )
    return found


def compact(package: Mapping[str, Any]) -> dict[str, Any]:
    """What a list needs of a dataset, with the addresses of the rest."""
    files = package.get("resources") or []
    unit = package.get("organization") or {}
    quality = package.get("quality") or {}
    found = {
        "id": package["id"],
        "name": package["name"],
        "type": package.get("type"),
        "title": package.get("title"),
        "title_en": package.get("title_en") or None,
        "organization": {"name": unit.get("name"), "title": unit.get("title")} if unit else None,
        "domain": package.get("domain") or None,
        "frequency": package.get("frequency") or None,
        "license": package.get("license_id") or None,
        "modified": f"{str(package['metadata_modified']).removesuffix('Z')}Z",
        "status": quality.get("status"),
        "grade": quality.get("grade"),
        "newest_period": quality.get("newest_period"),
        "formats": sorted({str(item["format"]).upper() for item in files if item.get("format")}),
        "files": len(files),
        "tables": [
            item["id"] for item in files if item.get("datastore_active") and not item.get("kielce_withheld")
        ],
    }
    found["links"] = {
        "page": tk.url_for("dataset.read", id=package["name"], _external=True),
        "description": tk.url_for(
            "api.action", ver=3, logic_function="package_show", id=package["id"], _external=True
        ),
    }
    return found
