"""``ckan kielce quality …``: observe, score, show, list, sweep, import-history.

``__all__`` names the one group that all rooms share: CKAN's blanket takes the commands from there.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click
from ckan import model as ckan_model
from ckan.lib import search
from ckan.plugins import toolkit as tk
from ckanext.kielce.common.cli import kielce

from . import jobs, presentation, store

# The readers of tables and RDF are imported by the commands that need them: they take seconds to load.
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
language = click.option(
    "--lang", type=click.Choice(["pl", "en"]), default="pl", help="Language of the sentences."
)


@kielce.group(short_help="Observations, checks and scores")
def quality() -> None:
    """Observe what datasets really hold, score them, and say why."""


@quality.command()
@click.argument("datasets", nargs=-1)
@click.option("--full", is_flag=True, help="Fetch in full even if nothing seems to have changed.")
@click.option(
    "--score/--no-score", "scored", default=True, help="Score each dataset after looking (default: yes)."
)
@as_json
def observe(datasets: tuple[str, ...], full: bool, scored: bool, as_json: bool) -> None:
    """Look at the content of DATASETS (names or ids; all when none is given) now, without the queue."""
    from .gather.observe import observe_package
    from .scoring import score_package

    report: list[dict[str, Any]] = []
    failed = 0
    for package_id in _progress(_ids(datasets), "Looking", as_json):
        looks = observe_package(package_id, full=full)
        score = score_package(package_id, defer_commit=True) if scored else None
        failed += sum(look.outcome == "failed" for look in looks)
        report.append(
            {
                "id": package_id,
                "name": ckan_model.Package.get(package_id).name,
                "looks": [look.as_dict() for look in looks],
                "score": presentation.compact(score) if score else None,
            }
        )
        ckan_model.Session.expunge_all()
    if scored:
        search.commit()
    if as_json:
        _print_json(report)
        return
    for item in report:
        for told in item["looks"]:
            if told["outcome"] in {"failed", "busy"} or told["problems"]:
                codes = ", ".join(problem["code"] for problem in told["problems"])
                click.echo(
                    f"{item['name']}: {told['name']}: {told['outcome']} {told['detail'] or codes}".rstrip()
                )
    seen: list[dict[str, Any]] = [told for item in report for told in item["looks"]]
    counts = {outcome: sum(told["outcome"] == outcome for told in seen) for outcome in _outcomes(seen)}
    click.echo(
        f"{len(report)} datasets, {len(seen)} resources: " + ", ".join(f"{n} {k}" for k, n in counts.items())
    )


def _outcomes(looks: list[dict[str, Any]]) -> list[str]:
    return list(dict.fromkeys(look["outcome"] for look in looks))


@quality.command()
@click.argument("datasets", nargs=-1)
@as_json
def score(datasets: tuple[str, ...], as_json: bool) -> None:
    """Score DATASETS (names or ids; all when none is given) from the evidence at hand."""
    from .many import SLICE, score_many

    report, ids = [], _ids(datasets)
    for start in _progress(list(range(0, len(ids), SLICE)), "Scoring", as_json):
        wanted = ids[start : start + SLICE]
        score_many(wanted)
        scores = store.scores_of(wanted)
        report += [{"id": key, **presentation.compact(scores[key])} for key in wanted if key in scores]
        ckan_model.Session.expunge_all()
    if as_json:
        _print_json(report)
        return
    grades: dict[str, int] = {}
    for item in report:
        key = item["grade"] or f"no grade: {item['reason']}"
        grades[key] = grades.get(key, 0) + 1
    click.echo(f"{len(report)} datasets scored")
    for key, count in sorted(grades.items()):
        click.echo(f"  {count:5d}  {key}")


@quality.command()
@click.argument("dataset")
@language
@as_json
def show(dataset: str, lang: str, as_json: bool) -> None:
    """Show the score of DATASET and the reasons for it."""
    try:
        result = tk.get_action("kielce_quality_show")({"ignore_auth": True}, {"id": dataset, "lang": lang})
    except tk.ObjectNotFound:
        _fail(f"no dataset {dataset}")
    if as_json:
        _print_json(result)
        return
    index = "-" if result["index"] is None else f"{result['index']:.1f}"
    click.echo(f"{result['title']} ({result['name']})")
    click.echo(
        f"{result['grade_text'] if result['grade'] else result['reason_text']}  [{index}]  {result['status_text']}"
    )
    if result.get("sentence"):
        click.echo(result["sentence"])
    for component in result["components"]:
        points = "-" if component["score"] is None else f"{component['score']:.1f}"
        click.echo(f"  {component['code']} {component['name']}: {points}")
    for gate in result["gates"]:
        click.echo(f"  ! {gate['text']}")
    for item in result["deductions"]:
        click.echo(f"  -{item['points']:.1f}  {item['text']}")


@quality.command("list")
@click.option("--status", help="Only this status.")
@click.option("--grade", help="Only this grade, or none.")
@click.option("--label", help="Only sets with this label.")
@click.option("--organization", help="Only sets of this organisation.")
@click.option("--late", is_flag=True, help="Only sets that are overdue now.")
@click.option(
    "--sort", default="index", help="index, name, overdue or scored; with - in front the other way round."
)
@click.option("--limit", type=int, default=50, help="Number of sets.")
@language
@as_json
def list_scores(lang: str, as_json: bool, **filters: Any) -> None:
    """List scores, the lowest index first."""
    wanted = {key: value for key, value in filters.items() if value not in (None, False)}
    try:
        result = tk.get_action("kielce_quality_list")(
            {"ignore_auth": True, "user": _site_user()}, {**wanted, "lang": lang}
        )
    except tk.ValidationError as error:
        _fail(str(error.error_summary))
    if as_json:
        _print_json(result)
        return
    for item in result["results"]:
        index = "    -" if item["index"] is None else f"{item['index']:5.1f}"
        click.echo(
            f"{item['grade'] or '-'} {index}  {item['status_text']:<22} {item['name']}  {item['reason_text'] or ''}"
        )
    click.echo(f"{len(result['results'])} of {result['count']}")


@quality.command()
@click.option("--wait", is_flag=True, help="Do what is due here and now instead of queueing it.")
@click.option("--stop", is_flag=True, help="Cancel scheduled sweeps.")
@as_json
def sweep(wait: bool, stop: bool, as_json: bool) -> None:
    """Queue the datasets whose look or score is due, and keep the sweep scheduled (option sweep_interval)."""
    from .gather.observe import observe_package
    from .many import score_many
    from .scoring import score_package

    if stop:
        result: dict[str, Any] = {"stopped": jobs.stop_sweep()}
    elif wait:
        to_observe, to_score = store.due_to_observe(store.utc_now()), store.due_to_score(store.utc_now())
        for package_id in _progress(to_observe, "Looking", as_json):
            observe_package(package_id)
            score_package(package_id)
        score_many(to_score)
        result = {"observed": len(to_observe), "scored": len(to_score)}
    else:
        result = jobs.sweep()
    if as_json:
        _print_json(result)
        return
    click.echo(", ".join(f"{key}: {value}" for key, value in result.items()))


@quality.command()
@as_json
def publish(as_json: bool) -> None:
    """Make or refresh the open dataset of the scores (option open_dataset names its owner)."""
    try:
        result = tk.get_action("kielce_quality_publish")({"ignore_auth": True, "user": _site_user()}, {})
    except tk.ValidationError as error:
        _fail(" ".join(str(text) for texts in error.error_dict.values() for text in texts))
    if as_json:
        _print_json(result)
        return
    click.echo(f"{'Made' if result['created'] else 'Refreshed'} {result['name']}: {result['rows']} rows")


@quality.command()
@as_json
def tell(as_json: bool) -> None:
    """Tell those who follow what happened since they were told last, now, without the queue."""
    from .publish.telling import tell_all

    result = tell_all()
    if as_json:
        _print_json(result)
        return
    click.echo("{mails} mails written, {messages} webhook messages taken, {failed} failed".format(**result))


@quality.command("import-history")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--dataset", help="Name or id of the dataset whose past this is (default: the folder's name).")
@click.option("--resource", "resource_id", help="Id of the resource (default: the first one).")
@as_json
def import_history(folder: Path, dataset: str | None, resource_id: str | None, as_json: bool) -> None:
    """Load the past versions of a set from FOLDER (timeline.json and v001.csv …) as observations with their times.

    A FOLDER without a timeline.json holds one folder a dataset, each called as its dataset is.
    """
    many = not (folder / "timeline.json").exists() and dataset is None
    folders = (
        sorted(path for path in folder.iterdir() if (path / "timeline.json").exists()) if many else [folder]
    )
    if not folders:
        _fail(f"{folder}: neither a timeline.json nor folders that have one")
    report = [
        _import_one(path, dataset or path.name, resource_id)
        for path in _progress(folders, "Importing", as_json)
    ]
    # Both sides of a pair have to be there before they are compared.
    for path, line in zip(folders, report, strict=True):
        line["twins"] = _declare_twin(path, line.pop("resource_id"))
    if as_json:
        _print_json(report if many else report[0])
        return
    for line in report:
        click.echo(
            "{dataset}: {observations} observations, {looks} unchanged looks and {declarations} declarations loaded; "
            "{skipped} were there already; {twins} pairs of twins declared".format(**line)
        )


def _import_one(folder: Path, dataset: str, resource_id: str | None) -> dict[str, Any]:
    from .gather.history import HistoryError, import_history
    from .scoring import score_package

    try:
        package = tk.get_action("package_show")({"ignore_auth": True}, {"id": dataset})
    except tk.ObjectNotFound:
        _fail(f"{folder}: no dataset {dataset}")
    resources = [item for item in package["resources"] if resource_id in (None, item["id"])]
    if not resources:
        _fail(f"dataset {dataset} has no resource {resource_id or 'at all'}")
    try:
        result = import_history(folder, package, resources[0])
    except HistoryError as error:
        _fail(str(error))
    score_package(package["id"])
    return {"dataset": dataset, "resource_id": resources[0]["id"], **result.as_dict()}


def _declare_twin(folder: Path, resource_id: str) -> int:
    from .gather.history import HistoryError, declare_twin

    declared = False
    try:
        declared = declare_twin(folder, resource_id, _site_user())
    except HistoryError as error:
        _fail(str(error))
    return int(declared)


def _ids(datasets: tuple[str, ...]) -> list[str]:
    if not datasets:
        return store.dataset_ids()
    found = []
    for name in datasets:
        package = ckan_model.Package.get(name)
        if package is None or package.state != "active":
            _fail(f"no dataset {name}")
        found.append(package.id)
    return found


def _progress(items: list[Any], label: str, quiet: bool) -> Any:
    """Items with a progress bar on the terminal's error stream."""
    if quiet or len(items) < 2:
        yield from items
        return
    with click.progressbar(items, label=label, show_pos=True, file=sys.stderr) as bar:
        yield from bar


def _print_json(value: Any) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=1, default=str))


def _site_user() -> str:
    return tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]


def _fail(message: str) -> Any:
    click.echo(message, err=True)
    raise SystemExit(1)


from . import cli_replay  # noqa: E402, F401  its command belongs to the group above

__all__ = ["kielce"]
