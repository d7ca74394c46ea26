"""``ckan kielce harvest …``"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ckan.plugins.toolkit as tk
import click
from ckan import model
from ckanext.kielce.common.cli import kielce
from ckanext.kielce.harvest import (
    console,
    consumers,
    decisions,
    housekeeping,
    overview,
    rhythm,
    runlog,
    runs,
    schedule,
    seeding,
    store,
)

AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
SOURCE = click.argument("name", metavar="SOURCE")


@kielce.group()
def harvest() -> None:
    """Sources that flow into the catalogue: run, try, watch, decide, schedule."""


@harvest.command()
@AS_JSON
def sources(as_json: bool) -> None:
    """List the sources: how they do, what they promised and kept."""
    rows = [overview.public(row) for row in overview.rows()]
    if as_json:
        console.as_json(rows)
        return
    for row in rows:
        console.line_of_source(row)
    if not rows:
        click.echo("No sources yet. Make some with: ckan kielce harvest create --file sources.json")


@harvest.command()
@SOURCE
@AS_JSON
def show(name: str, as_json: bool) -> None:
    """Show a source: health with remedy, last runs, errors by cause, what is missing."""
    row = overview.private(_row(name))
    if as_json:
        console.as_json(row)
        return
    click.echo(f"{row['title']} ({row['type']}) {row['url']}")
    console.line_of_source(row)
    click.echo(f"  {row['health']['sentence_en']} {row['health']['remedy_en']}".rstrip())
    if row["paused"]:
        click.echo(
            f"  Paused since {row['paused']['at']} by {row['paused']['by']}: {row['paused']['reason']}"
        )
    if row["next_due"]:
        click.echo(f"  Next: {row['next_due']}")
    for run_ in row["runs"]:
        console.line_of_run(run_)
    console.errors(row["errors"])
    for state, gone in row["gone"].items():
        for record in gone:
            click.echo(f"  {state} since {record['since']}: {record['title']} [{record['guid']}]")
    for kind in row["unmapped"]:
        click.echo(f"  not mapped: {kind['count']:>5}  {kind['kind']}")


@harvest.command("runs")
@SOURCE
@click.option("--limit", default=10, show_default=True, help="So many runs.")
@AS_JSON
def list_runs(name: str, limit: int, as_json: bool) -> None:
    """List the last runs of a source."""
    rows = [runlog.describe(run_) for run_ in runlog.last_runs(_row(name).package.id, limit)]
    if as_json:
        console.as_json(rows)
        return
    for row in rows:
        console.line_of_run(row)


@harvest.command()
@click.argument("which", metavar="SOURCE|RUN")
@click.option("--limit", default=20, show_default=True, help="So many records are shown.")
@AS_JSON
def report(which: str, limit: int, as_json: bool) -> None:
    """Show what a run did, or a refused one would do, record by record and field by field; of a source, its last run."""
    run_id = which
    if overview.find(which) is not None:
        last = runlog.last_runs(_row(which).package.id, 1)
        if not last:
            raise click.ClickException(f"There has been no run of {which} yet.")
        run_id = last[0].id
    _print(_result(run_id, limit), as_json)


@harvest.command()
@click.argument("names", metavar="SOURCE...", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Run every source that is neither off nor paused.")
@click.option("--wait", is_flag=True, help="Follow the runs until they are over.")
@click.option("--inline", is_flag=True, help="Run in this process, without queues and consumers.")
@click.option("--timeout", default=1800, show_default=True, help="Seconds to follow before giving up.")
@click.option("--strict", is_flag=True, help="Fail also when single records failed.")
@AS_JSON
def run(
    names: tuple[str, ...],
    everything: bool,
    wait: bool,
    inline: bool,
    timeout: int,
    strict: bool,
    as_json: bool,
) -> None:
    """Run sources.

    Exits with 1 when a source could not be read, 3 when the time was up, 4 when a run waits for a decision.
    """
    if bool(names) == everything:
        raise click.UsageError("Name one or more sources, or give --all.")
    picked = [_row(name) for name in names] if names else [row for row in overview.rows() if _runs(row)]
    _run({row.package.name: row.package.id for row in picked}, False, wait, inline, timeout, strict, as_json)


def _runs(row: overview.Row) -> bool:
    paused = row.state is not None and row.state.paused_at is not None
    return row.active and not paused


@harvest.command("dry-run")
@SOURCE
@click.option("--inline", is_flag=True, help="Run in this process, without queues and consumers.")
@click.option("--timeout", default=1800, show_default=True, help="Seconds to follow before giving up.")
@click.option("--limit", default=20, show_default=True, help="So many records are shown.")
@AS_JSON
def dry_run(name: str, inline: bool, timeout: int, limit: int, as_json: bool) -> None:
    """Read a source, show what would change, and write nothing. Exit codes as of `run`."""
    row = _row(name)
    _run({row.package.name: row.package.id}, True, True, inline, timeout, False, as_json, limit)


def _run(
    picked: dict[str, str],
    dry: bool,
    wait: bool,
    inline: bool,
    timeout: int,
    strict: bool,
    as_json: bool,
    shown: int = 0,
) -> None:
    begin: Callable[..., str] = runs.run_inline if inline else runs.start
    run_ids = {}
    for name, source_id in picked.items():
        try:
            run_ids[name] = begin(source_id, dry_run=dry)
        except runs.RunError as error:
            raise click.ClickException(f"{name}: {error}") from error
    housekeeping.ensure_tick()
    if not (wait or inline):
        if as_json:
            console.as_json(run_ids)
        else:
            click.echo(f"Queued: {', '.join(run_ids) or 'nothing'}")
        return
    in_time = inline or console.follow(run_ids, timeout)
    results = {name: _result(run_id, shown) for name, run_id in run_ids.items()}
    if as_json:
        console.as_json(results)
    else:
        for name, result in results.items():
            click.echo(f"{name}: ", nl=False)
            _print(result, False)
    if not in_time:
        click.secho("Time is up; the runs go on in the background.", fg="yellow", err=True)
        sys.exit(console.TIME_UP)
    outcomes = {result["outcome"] for result in results.values()}
    if "failed" in outcomes or (strict and "partly" in outcomes):
        sys.exit(console.FAILED)
    sys.exit(console.REFUSED if "refused" in outcomes else console.OK)


def _result(run_id: str, shown: int) -> dict[str, Any]:
    model.Session.expire_all()
    found = runlog.run_of(run_id)
    if found is None:
        raise click.ClickException(f"There is no run {run_id}.")
    total, rows = runlog.items(run_id, limit=shown) if shown else (0, [])
    return {
        **runlog.describe(found),
        "errors": runlog.run_errors(run_id),
        "items": rows,
        "items_total": total,
    }


def _print(result: dict[str, Any], as_json: bool) -> None:
    if as_json:
        console.as_json(result)
        return
    console.line_of_run(result)
    console.items(result["items"])
    if result["items"] and result["items_total"] > len(result["items"]):
        click.echo(f"  … {result['items_total'] - len(result['items'])} more records")
    console.errors(result["errors"])


@harvest.command()
@click.argument("which", metavar="SOURCE|RUN")
@AS_JSON
def accept(which: str, as_json: bool) -> None:
    """Act on a refused run after all; what is gone is marked missing, not deleted."""
    _decide(which, decisions.accept, as_json)


@harvest.command()
@click.argument("which", metavar="SOURCE|RUN")
@AS_JSON
def reject(which: str, as_json: bool) -> None:
    """Turn a refused run down; nothing changes."""
    _decide(which, decisions.reject, as_json)


@harvest.command()
@click.argument("which", metavar="SOURCE|RUN")
@AS_JSON
def stop(which: str, as_json: bool) -> None:
    """Stop a run that is under way: what is written stays, the rest is given up until the next run."""
    open_run = runs.under_way(_row(which).package.id) if overview.find(which) else runlog.run_of(which)
    if open_run is None:
        raise click.ClickException(f"No run of {which} is under way.")
    _conclude(open_run.id, decisions.stop, as_json)


def _decide(which: str, decide: Callable[[str, str], None], as_json: bool) -> None:
    run_id = which
    if overview.find(which) is not None:
        held = _row(which).held
        if held is None:
            raise click.ClickException(f"No run of {which} waits for a decision.")
        run_id = held.id
    _conclude(run_id, decide, as_json)


def _conclude(run_id: str, decide: Callable[[str, str], None], as_json: bool) -> None:
    try:
        decide(run_id, _user())
    except runs.RunError as error:
        raise click.ClickException(str(error)) from error
    row = _result(run_id, 0)
    if as_json:
        console.as_json(row)
    else:
        console.line_of_run(row)


@harvest.command()
@SOURCE
@click.option("--reason", default="", help="Why, for the colleagues.")
@AS_JSON
def pause(name: str, reason: str, as_json: bool) -> None:
    """Stop reading a source by itself, until it is resumed."""
    decisions.pause(_row(name).package.id, _user(), reason)
    _paused(name, as_json)


@harvest.command()
@SOURCE
@AS_JSON
def resume(name: str, as_json: bool) -> None:
    """Read a paused source by itself again."""
    decisions.resume(_row(name).package.id)
    _paused(name, as_json)


def _paused(name: str, as_json: bool) -> None:
    told = overview.private(_row(name), runs=0)
    if as_json:
        console.as_json({key: told[key] for key in ("name", "paused", "next_due")})
    else:
        click.echo(f"{name}: {'paused' if told['paused'] else 'resumed'}")


@harvest.command("schedule")
@SOURCE
@click.argument("text", metavar="[SCHEDULE]", required=False)
@click.option("--reset", is_flag=True, help="Follow ckanext-harvest's frequency again.")
@AS_JSON
def set_schedule(name: str, text: str | None, reset: bool, as_json: bool) -> None:
    """Show or set the schedule of a source.

    SCHEDULE is "manual", "every 15 minutes", "every 6 hours", "daily 03:15", "weekly mon,thu 06:00" or
    "monthly 1 02:00", by the clock in Kielce.
    """
    row = _row(name)
    if text or reset:
        try:
            rhythm.reschedule(row.source, None if reset else text)
        except schedule.ScheduleError as error:
            raise click.ClickException(error.message) from error
        row = _row(name)
    told = overview.private(row, runs=0)
    if as_json:
        console.as_json({key: told[key] for key in ("schedule", "schedule_pl", "schedule_en", "next_due")})
    else:
        click.echo(
            f"{told['schedule']} ({told['schedule_en']}), next: {told['next_due'] or 'never by itself'}"
        )


@harvest.command()
@click.argument("kind", type=click.Choice(["gather", "fetch"]))
def consumer(kind: str) -> None:
    """Read sources (gather) or write datasets (fetch) until stopped; more of them work side by side."""
    consumers.consume(kind)


@harvest.command()
def tick() -> None:
    """Do one round of housekeeping now and book the next on CKAN's worker."""
    housekeeping.ensure_tick()
    housekeeping.work()


def _row(name: str) -> overview.Row:
    package = overview.find(name)
    found = overview.rows([package.id]) if package else []
    if not found:
        names = ", ".join(row.package.name for row in overview.rows())
        raise click.ClickException(f'No harvest source "{name}". Sources: {names or "none yet"}.')
    return found[0]


def _user() -> str:
    return str(store.site_context()["user"])


# Sources from a file


@harvest.command()
@click.option("--file", "path", required=True, type=click.Path(path_type=Path), help="JSON list of sources.")
@click.option("--base-url", default="", help="Address that relative urls in the file are completed with.")
def create(path: Path, base_url: str) -> None:
    """Create or update sources from a file; a source is known by its name.

    Each entry has name, url, source_type and may have title, notes, owner_org (name), frequency (MANUAL, DAILY,
    WEEKLY, BIWEEKLY, MONTHLY, ALWAYS), schedule and config (an object).
    """
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise click.ClickException(f"{path}: {error}") from error
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise click.ClickException(f"{path}: a JSON list of objects is needed.")
    failed = False
    for entry in entries:
        try:
            click.echo(f"{entry.get('name', '?')}: {seeding.save(entry, base_url)}")
        except tk.ValidationError as error:
            failed = True
            reasons = "; ".join(f"{key}: {text}" for key, text in error.error_summary.items())
            click.secho(f"{entry.get('name', '?')}: {reasons}", fg="red", err=True)
    housekeeping.ensure_tick()
    sys.exit(1 if failed else 0)
