"""Ten thousand datasets in minutes: a few made through CKAN's actions, their rows and index documents copied under new names.

python -m benchmarks.many INI NUMBER   (called by `python -m benchmarks load`; prints what there is to ask for, as JSON)
"""

from __future__ import annotations

import importlib.util
import io
import json
import random
import sys
import uuid
from pathlib import Path
from typing import Any
from unittest import mock

from werkzeug.datastructures import FileStorage

from benchmarks.mix import WORDS
from benchmarks.score_many import load

ROOT = Path(__file__).resolve().parent.parent
MARK = "benchmark-load-"
#: Sets made through CKAN's actions, each with a table and a file of so many rows.
TEMPLATES, ROWS = 10, 1000
BATCH = 500
FILE = "pomiary.csv"


def example(**fields: Any) -> dict[str, Any]:
    """The tests' valid dataset."""
    spec = importlib.util.spec_from_file_location("examples", ROOT / "tests" / "catalogue" / "examples.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return dict(module.example("dataset", **fields))


def templates() -> list[dict[str, Any]]:
    """The sets that are copied, with a table in the DataStore and an uploaded file each."""
    import ckan.plugins.toolkit as tk

    user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    context: dict[str, Any] = {"user": user, "ignore_auth": True}
    units = tk.get_action("organization_list")(dict(context), {})
    made = []
    for number in range(TEMPLATES):
        name = f"{MARK}template-{number}"
        try:
            made.append(tk.get_action("package_show")(dict(context), {"id": name}))
            continue
        except tk.ObjectNotFound:
            pass
        unit = tk.get_action("organization_show")(dict(context), {"id": units[number % len(units)]})
        wanted = example(owner_org=unit["id"], name=name)
        wanted |= {"title": title_mark(number), "title_en": title_mark(number)}
        package = tk.get_action("package_create")(dict(context), wanted)
        chance = random.Random(number)
        rows = [
            {
                "dzielnica": chance.choice(WORDS),
                "rok": 2000 + row % 25,
                "wartość": round(chance.random() * 1000, 2),
            }
            for row in range(ROWS)
        ]
        text = "dzielnica,rok,wartość\n" + "".join(
            f"{row['dzielnica']},{row['rok']},{row['wartość']}\n" for row in rows
        )
        upload = FileStorage(io.BytesIO(text.encode()), FILE, "upload", "text/csv")
        resource = tk.get_action("resource_create")(
            dict(context),
            {"package_id": package["id"], "name": "Pomiary", "format": "CSV", "url": FILE, "upload": upload},
        )
        tk.get_action("datastore_create")(
            dict(context), {"resource_id": resource["id"], "force": True, "records": rows}
        )
        made.append(tk.get_action("package_show")(dict(context), {"id": package["id"]}))
    return made


def title_mark(number: int) -> str:
    """A title that is found again in every text of the set."""
    return f"Wzorzec zbioru {number}"


def title(number: int) -> str:
    """The title of a copy, out of the words that are searched for."""
    chance = random.Random(number)
    return f"{' '.join(chance.sample(WORDS, 4)).capitalize()} {number}"


def clone(package: dict[str, Any], mark: str, numbers: range) -> None:
    """Copy a set's rows, score and index document."""
    from ckan import model
    from ckan.lib.search.common import make_connection
    from sqlalchemy import text

    session = model.Session
    session.execute(text("DROP TABLE IF EXISTS clones"))
    session.execute(text("CREATE TEMP TABLE clones (id text, name text, title text)"))
    copies = [
        {"id": str(uuid.uuid4()), "name": f"{MARK}{number}", "title": title(number)} for number in numbers
    ]
    session.execute(text("INSERT INTO clones VALUES (:id, :name, :title)"), copies)
    for table, key in (
        ("package", "id"), ("resource", "package_id"), ("package_tag", "package_id"), ("kielce_quality_score", "package_id"),
    ):  # fmt: skip
        columns = session.execute(
            text(
                "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = :t AND "
                "table_schema = 'public' AND is_generated = 'NEVER'"
            ),
            {"t": table},
        ).all()
        source = [column_of_copy(table, key, name, kind) for name, kind in columns]
        names = ", ".join(f'"{name}"' for name, _kind in columns)
        session.execute(
            text(
                f"INSERT INTO {table} ({names}) SELECT {', '.join(source)} FROM {table} t, clones WHERE t.{key} = :id"
            ),
            {"id": package["id"], "mark": mark},
        )
    session.commit()
    solr = make_connection()
    whole = json.dumps(document_of(package["id"]))
    rows = session.execute(
        text("SELECT package_id, array_agg(id ORDER BY position) FROM resource GROUP BY package_id")
    ).all()
    resources = dict(map(tuple, rows))
    documents = []
    for copy in copies:
        made = whole.replace(package["id"], copy["id"]).replace(package["name"], copy["name"])
        made = made.replace(mark, copy["title"])
        for before, after in zip(package["resources"], resources[copy["id"]], strict=True):
            made = made.replace(before["id"], after)
        documents.append({**json.loads(made), "index_id": uuid.uuid4().hex})
        if len(documents) == BATCH:
            solr.add(docs=documents, commit=False)
            documents = []
    solr.add(docs=documents, commit=True)


def document_of(package_id: str) -> dict[str, Any]:
    """The document as it goes to Solr: what comes back lacks the fields that are only searched, permissions among them."""
    from ckan.lib.search import index, rebuild

    sent = mock.Mock()
    with mock.patch.object(index, "make_connection", return_value=sent):
        rebuild(package_id)
    (document,) = sent.add.call_args.kwargs["docs"]
    return dict(document)


def column_of_copy(table: str, key: str, name: str, kind: str) -> str:
    """What stands in a column of a copy."""
    if name == key:
        return "clones.id"
    if name == "id":
        return "gen_random_uuid()::text"
    if table == "package" and name == "name":
        return "clones.name"
    if table == "package" and kind in ("text", "jsonb"):
        cast = "::jsonb" if kind == "jsonb" else ""
        return f'replace(t."{name}"::text, :mark, clones.title){cast}'
    return f't."{name}"'


def fill(number: int) -> dict[str, Any]:
    """Make what is missing; returns names of all datasets and the tables that may be read."""
    from ckan import model
    from ckanext.kielce.quality.scoring import score_package
    from sqlalchemy import text

    session = model.Session
    made = templates()
    for package in made:
        score_package(package["id"])
    have = session.execute(
        text("SELECT count(*) FROM package WHERE name ~ :pattern"), {"pattern": f"^{MARK}[0-9]+$"}
    ).scalar_one()
    each = -(-(number - have) // TEMPLATES)
    for place, package in enumerate(made):
        start = have + place * each
        if start < number:
            clone(package, title_mark(place), range(start, min(start + each, number)))
    session.execute(text("ANALYZE"))
    session.commit()
    names = session.scalars(
        text("SELECT name FROM package WHERE name ~ :pattern"), {"pattern": f"^{MARK}[0-9]+$"}
    )
    tables = [
        {"resource_id": resource["id"], "package_id": package["id"], "file": FILE, "rows": ROWS}
        for package in made
        for resource in package["resources"]
        if resource.get("url_type") == "upload"
    ]
    return {"names": sorted(names), "tables": tables}


if __name__ == "__main__":
    load(sys.argv[1])
    print("FILLED " + json.dumps(fill(int(sys.argv[2]))))
