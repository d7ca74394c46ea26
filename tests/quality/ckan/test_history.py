"""Past versions loaded from a folder, and the tables that hold them."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

pytestmark = [
    pytest.mark.ckan,
    pytest.mark.ckan_config("ckan.plugins", "activity datastore kielce_quality"),
    pytest.mark.usefixtures("fresh"),
]


def write_history(folder: Path, months: Any, versions: int = 8) -> Path:
    """A monthly series: each version adds the month before it was seen, and a look in between finds nothing new."""
    names = [f"2025-{number:02d}" for number in range(1, 13)]
    looks = []
    for number in range(1, versions + 1):
        file = f"v{number:03d}.csv"
        (folder / file).write_text(months(*names[:number]))
        for day in (5, 20):
            looks.append(
                {
                    "observed_at": f"2025-{number + 1:02d}-{day:02d}T06:00:00Z",
                    "file": file,
                    "http": {
                        "status": 200,
                        "etag": f'"{number}"',
                        "last_modified": None,
                        "content_length": None,
                    },
                    "declared_frequency": "MONTHLY",
                    "declared_days": 30,
                    "description": "Seria",
                }
            )
    (folder / "timeline.json").write_text(
        json.dumps({"title": "Seria", "as_of": "2025-10-01T00:00:00Z", "observations": looks})
    )
    return folder


def load(folder: Path, package: dict[str, Any]) -> dict[str, int]:
    from ckanext.kielce.quality.gather.history import import_history

    return import_history(folder, package, package["resources"][0]).as_dict()


def test_versions_become_observations_with_their_times(
    tmp_path: Path, make_dataset: Any, months: Any
) -> None:
    from ckan.tests import helpers

    package = make_dataset("http://example.com/a.csv", frequency="MONTHLY")
    result = load(write_history(tmp_path, months), package)
    assert result == {"observations": 8, "looks": 8, "declarations": 1, "skipped": 0}
    seen = helpers.call_action("kielce_quality_observations", {"user": ""}, id=package["id"])
    assert seen["count"] == 8
    newest, oldest = seen["results"][0], seen["results"][-1]
    assert oldest["observed_at"] == "2025-02-05T06:00:00+00:00"
    assert oldest["last_seen_at"] == "2025-02-20T06:00:00+00:00"
    assert (oldest["checks"], newest["newest_period"]) == (2, "2025-08-31")


def test_loading_again_adds_nothing(tmp_path: Path, make_dataset: Any, months: Any) -> None:
    package = make_dataset("http://example.com/a.csv", frequency="MONTHLY")
    folder = write_history(tmp_path, months)
    load(folder, package)
    again = load(folder, package)
    assert (again["observations"], again["declarations"], again["skipped"]) == (0, 0, 8)


def test_the_rhythm_is_learned_from_the_past(tmp_path: Path, make_dataset: Any, months: Any) -> None:
    from ckan import model
    from ckanext.kielce.quality.scoring import score_package

    package = make_dataset("http://example.com/a.csv", frequency="MONTHLY")
    load(write_history(tmp_path, months), package)
    at = dt.datetime(2025, 10, 1, tzinfo=dt.timezone.utc)
    score = score_package(package["id"], now=at, index=False)
    assert score.assessment["cycles"] == 7
    assert 28 <= score.assessment["typical_gap_days"] <= 31
    assert score.status == "fresh"
    late = score_package(package["id"], now=at + dt.timedelta(days=120), index=False)
    assert late.status == "delinquent"
    model.Session.commit()


def test_the_real_file_after_the_import_is_no_touch(
    files: Any, tmp_path: Path, make_dataset: Any, months: Any
) -> None:
    from ckanext.kielce.quality.gather.observe import observe_package

    folder = write_history(tmp_path, months)
    package = make_dataset(files.put("a.csv", (folder / "v008.csv").read_text(), ETag='"other server"'))
    load(folder, package)
    assert [look.outcome for look in observe_package(package["id"])] == ["unchanged"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda timeline: timeline.pop("observations"), "observations"),
        (lambda timeline: timeline["observations"][0].pop("observed_at"), "observed_at"),
        (lambda timeline: timeline["observations"][0].update(file="../../etc/passwd"), "not in the folder"),
        (lambda timeline: timeline["observations"][0].update(observed_at="2025-01-01T00:00:00"), "time zone"),
    ],
)
def test_a_bad_folder_is_refused_in_words(tmp_path: Path, months: Any, change: Any, message: str) -> None:
    from ckanext.kielce.quality.gather.history import HistoryError, read_timeline

    folder = write_history(tmp_path, months, 2)
    timeline = json.loads((folder / "timeline.json").read_text())
    change(timeline)
    (folder / "timeline.json").write_text(json.dumps(timeline))
    with pytest.raises(HistoryError, match=message):
        read_timeline(folder)


def test_the_command_loads_and_tells(tmp_path: Path, cli: Any, make_dataset: Any, months: Any) -> None:
    from ckanext.kielce.common.cli import kielce

    package = make_dataset("http://example.com/a.csv")
    folder = write_history(tmp_path, months)
    result = cli.invoke(kielce, ["quality", "import-history", str(folder), "--dataset", package["name"]])
    assert result.exit_code == 0, result.output
    assert "8 observations" in result.output
    shown = cli.invoke(kielce, ["quality", "show", package["name"], "--json", "--lang", "en"])
    assert json.loads(shown.output)["cycles"] == 7
    missing = cli.invoke(kielce, ["quality", "import-history", str(folder), "--dataset", "nothing"])
    assert (missing.exit_code, "no dataset nothing" in missing.output) == (1, True)


def test_labelled_histories_load(history_example: Path, make_dataset: Any) -> None:
    from ckanext.kielce.quality.scoring import score_package

    found: dict[str, Any] = {}
    for folder in sorted(path for path in history_example.iterdir() if path.is_dir()):
        timeline = json.loads((folder / "timeline.json").read_text())
        package = make_dataset("http://example.com/a.csv", frequency=timeline["declared_frequency_at_start"])
        assert load(folder, package)["observations"] >= len(
            {look["file"] for look in timeline["observations"]}
        )
        at = dt.datetime.fromisoformat(timeline["as_of"].replace("Z", "+00:00"))
        found[folder.name] = score_package(package["id"], now=at, index=False)
    labels = json.loads((history_example / "labels.json").read_text())
    assert "truncated" in found["ds_0040"].labels
    sound = [name for name, expected in labels.items() if not expected]
    assert {name: found[name].labels for name in sound} == {name: [] for name in sound}


class TestTables:
    def test_the_migration_really_makes_them(self, migrate_db_for: Any) -> None:
        import sqlalchemy as sa
        from ckan import model
        from ckanext.kielce.quality import model as tables

        model.Session.commit()
        migrate_db_for("kielce_quality", "base", False)
        names = {getattr(tables, name).__tablename__ for name in tables.__all__}
        assert not names & set(sa.inspect(model.Session.get_bind()).get_table_names())
        migrate_db_for("kielce_quality")
        assert names <= set(sa.inspect(model.Session.get_bind()).get_table_names())

    def test_the_tables_are_those_of_the_model(self) -> None:
        from alembic.autogenerate import compare_metadata
        from alembic.migration import MigrationContext
        from ckan import model

        def ours(name: str | None) -> bool:
            return bool(name) and name.startswith("kielce_quality_") and not name.endswith("_alembic_version")

        context = MigrationContext.configure(
            model.Session.connection(),
            opts={
                "compare_type": True,
                "include_name": lambda name, kind, _parents: kind != "table" or ours(name),
                "include_object": lambda _item, name, kind, _reflected, _other: kind != "table" or ours(name),
            },
        )
        assert compare_metadata(context, model.meta.metadata) == []

    def test_every_time_knows_its_zone(self) -> None:
        import sqlalchemy as sa
        from ckanext.kielce.quality import model as tables

        naive = [
            f"{table.name}.{column.name}"
            for table in (getattr(tables, name).__table__ for name in tables.__all__)
            for column in table.columns
            if isinstance(column.type, sa.DateTime) and not column.type.timezone
        ]
        assert naive == []


def test_a_twin_in_a_timeline_becomes_a_declared_pair_once(
    tmp_path: Path, make_dataset: Any, cli: Any
) -> None:
    """Both folders name each other: one pair, found to disagree on both sides."""
    from ckanext.kielce.quality import cli as commands
    from ckanext.kielce.quality import findings, twins

    made = {name: make_dataset(f"http://example.com/{name}.csv", name=name) for name in ("jeden", "dwa")}
    for name, other in (("jeden", "dwa"), ("dwa", "jeden")):
        (tmp_path / name).mkdir()
        rows = "".join(f"2025-{month:02d};{month * (3 if name == 'dwa' else 2)}\n" for month in range(1, 9))
        (tmp_path / name / "v001.csv").write_text("miesiac;liczba\n" + rows)
        look = {"observed_at": "2025-09-05T06:00:00Z", "file": "v001.csv", "declared_frequency": "MONTHLY"}
        twin = {
            "other": other,
            "key": {"this": ["miesiac"], "other": ["miesiac"]},
            "value": "liczba",
            "unit": "osoby",
        }
        timeline = {"title": name, "as_of": "2025-10-01T00:00:00Z", "observations": [look], "twin": twin}
        (tmp_path / name / "timeline.json").write_text(json.dumps(timeline))
    told = cli.invoke(commands.import_history, [str(tmp_path), "--json"], catch_exceptions=False)
    assert sorted(line["twins"] for line in json.loads(told.stdout)) == [0, 1]
    again = cli.invoke(commands.import_history, [str(tmp_path), "--json"], catch_exceptions=False)
    assert [line["twins"] for line in json.loads(again.stdout)] == [0, 0]
    (pair,) = twins.pairs()
    assert {pair.one.name, pair.two.name} == {"jeden", "dwa"}
    assert (pair.count, pair.compared) == (7, 8)  # 3 and 2 may be the same number, rounded
    for package in made.values():
        standing = findings.load([package["id"]])[package["id"]].standing
        assert "twin_disagreement" in {row.code for row in standing}
