"""A table of the DataStore as the API gives it: what its columns mean, and its rows by cursor.

Rows come from CKAN's `datastore_search`, so that whoever may not read a file gets none; what it has not (an order that can
be read on, see `keyset`) is handed to it by its own hook.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from ckan.plugins import toolkit as tk
from ckanext.kielce.api import asked, cursor, keyset, problems
from ckanext.kielce.common.localised import localised
from ckanext.kielce.common.marking import N_
from ckanext.kielce.tables import rows as stored
from ckanext.kielce.tables.shared import Field

#: Rows of one answer unless ``limit`` says otherwise.
ROWS = 100
#: Kind of column -> type and format of JSON Schema.
JSON_TYPES: Mapping[str, Mapping[str, str]] = {
    "number": {"type": "number"},
    "text": {"type": "string"},
    "date": {"type": "string", "format": "date"},
    # Warsaw's time without an offset, which "date-time" of JSON Schema would demand.
    "datetime": {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}"},
    "boolean": {"type": "boolean"},
    "other": {},
}
WHOLE = frozenset({"integer", "bigint", "smallint", "int4", "int8", "int2"})
_OID = """
SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relname = %s AND n.nspname = 'public'
"""


def json_type(field: Field) -> dict[str, str]:
    """Type and format of a column's values in JSON Schema; nothing for a kind of its own (a list, an object)."""
    return {"type": "integer"} if field.type in WHOLE else dict(JSON_TYPES[field.kind])


def resource_of(resource_id: str) -> dict[str, Any]:
    """A file that the reader may see and that has a table. Raises CKAN's errors and `problems.Refused`."""
    found: dict[str, Any] = tk.get_action("resource_show")({}, {"id": resource_id})
    if not found.get("datastore_active"):
        raise problems.Refused(404, "no-table", tk._("This file is not available as a table."))
    return found


class Open:
    """A table with what every answer about it needs: columns, version of content and description, identity.

    :ivar identity: PostgreSQL's number of the table; a table that is loaded anew is another one
    """

    def __init__(self, resource_id: str) -> None:
        self.id = resource_id
        try:
            with stored.reading() as found:
                self.fields = stored.fields(found, resource_id)
                self.version = stored.version(found, resource_id)
                found.execute(_OID, (resource_id,))
                row = found.fetchone()
        except stored.ViewError as err:
            raise _refused(err) from err
        if row is None:
            raise _refused(stored.ViewError("missing"))
        self.identity = int(row[0])

    @property
    def names(self) -> list[str]:
        return [field.id for field in self.fields]


def _refused(err: stored.ViewError) -> problems.Refused:
    if err.code == "slow":
        return problems.Refused(
            503, "slow", tk._("The database took too long. Ask for less, or try again later.")
        )
    return problems.Refused(404, "no-table", tk._("This file is not available as a table."))


def describe(resource: Mapping[str, Any], table: Open, lang: str) -> dict[str, Any]:
    """What a table is: dataset, columns with types, units, meaning and an example, and where its rows are."""
    package = tk.get_action("package_show")({}, {"id": resource["package_id"]})
    example = _example(table)
    columns = []
    for field in table.fields:
        column: dict[str, Any] = {"name": field.id, **json_type(field), "database_type": field.type}
        column |= {
            key: value
            for key, value in (("title", field.label), ("unit", field.unit), ("description", field.notes))
            if value
        }
        if example.get(field.id) is not None:
            column["example"] = example[field.id]
        columns.append(column)
    return {
        "id": resource["id"],
        "name": localised(resource, "name", lang),
        "dataset": {"id": package["id"], "name": package["name"], "title": localised(package, "title", lang)},
        "license": package.get("license_id"),
        "version": table.version,
        "columns": columns,
        "links": {
            "rows": address("rows", resource["id"]),
            "openapi": tk.url_for("kielce_api.openapi", dataset=package["name"], _external=True),
            "csv": tk.url_for("datastore.dump", resource_id=resource["id"], _external=True),
            "dataset": tk.url_for("dataset.read", id=package["name"], _external=True),
        },
    }


def _example(table: Open) -> dict[str, Any]:
    found = tk.get_action("datastore_search")(
        {}, {"resource_id": table.id, "limit": 1, "include_total": False}
    )
    return dict(found["records"][0]) if found["records"] else {}


def address(view: str, resource_id: str, **params: Any) -> str:
    """Full address of a view of ours about a table."""
    path: str = tk.url_for(f"kielce_api.{view}", resource_id=resource_id, _external=True)
    return f"{path}?{urlencode(params)}" if params else path


class Rows:
    """A question for rows, read from an address; `answer` asks it."""

    def __init__(self, table: Open, args: Mapping[str, str]) -> None:
        self.table = table
        most = int(tk.config["ckan.datastore.search.rows_max"])
        self.limit = asked.whole(args, "limit", ROWS, 1, most)
        known = ["_id", *table.names]
        self.columns = asked.names(args, "fields", known) or known
        self.order = asked.orders(args, "sort", known)
        self.filters = asked.filters(args, "filters")
        self.q = asked.text(args, "q").strip()
        self.total = asked.truth(args, "total")
        #: What makes a cursor one of this question.
        self.question = [table.id, table.identity, [[o.column, o.descending] for o in self.order]]
        self.question += [self.filters, self.q]
        self.after = self._after(asked.text(args, "cursor"))

    def _after(self, mark: str) -> keyset.After | None:
        if not mark:
            return None
        try:
            row = cursor.decode(mark, self.question).get("i")
        except cursor.CursorError as err:
            if err.code == "other":
                why = tk._(
                    "The cursor belongs to another question, or the table was loaded anew since. Start again without it."
                )
                raise problems.Refused(410, "cursor-expired", why) from err
            raise asked.Misasked("cursor", N_("is no cursor of ours")) from err
        if not isinstance(row, int) or not 0 <= row < 2**31:
            raise asked.Misasked("cursor", N_("is no cursor of ours"))
        return keyset.After(row, self.order)

    def answer(self, user: Mapping[str, Any]) -> dict[str, Any]:
        """Columns, rows, and the cursor of what follows (None at the end)."""
        found = tk.get_action("datastore_search")({**user, keyset.CONTEXT: self.after}, self._search())
        rows = list(found["records"])
        # One row more than asked for tells whether there are further ones, except at CKAN's own limit.
        more = len(rows) > self.limit or (len(rows) == self.limit == found["limit"])
        rows = rows[: self.limit]
        following = cursor.encode({"i": rows[-1]["_id"]}, self.question) if more else None
        if "_id" not in self.columns:
            rows = [{name: row[name] for name in self.columns} for row in rows]
        answer = {
            "resource_id": self.table.id,
            "version": self.table.version,
            "columns": [
                {"name": field.id, **json_type(field)}
                for field in self.table.fields
                if field.id in self.columns
            ],
            "rows": rows,
            "next": following,
        }
        if self.total:
            # Without the cursor: the whole of the question, not what is left of it.
            count = {**self._search(), "limit": 0, "include_total": True}
            answer["total"] = tk.get_action("datastore_search")({**user}, count)["total"]
        return answer

    def _search(self) -> dict[str, Any]:
        question: dict[str, Any] = {
            "resource_id": self.table.id,
            "limit": self.limit + 1,
            "fields": list(dict.fromkeys(["_id", *self.columns])),
            "sort": keyset.sort(self.order),
            "include_total": False,
        }
        if self.filters:
            question["filters"] = self.filters
        if self.q:
            question["q"] = self.q
        return question
