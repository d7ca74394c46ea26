"""``ckan kielce harvest …``"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import ckan.plugins.toolkit as tk
import click
from ckan import model
from ckanext.harvest.model import HarvestJob, HarvestSource
from ckanext.kielce.common.cli import kielce
from ckanext.kielce.harvest import consumers, jobs, settings, store
from ckanext.kielce.harvest import report as reports

POLL = 0.5  # seconds between two looks at a run
SOURCE_KEYS = ("name", "title", "url", "source_type", "notes", "owner_org", "frequency", "config")


@kielce.group()
def harvest() -> None:
    """Sources that flow into the catalogue: create, run, report."""


@harvest.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def sources(as_json: bool) -> None:
    """List the sources with the state of their last run."""
    rows = [reports.report(source, name) for name, source in jobs.all_sources()]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for row in rows:
        finished = (row["job"] or {}).get("finished") or "-"
        state = row["outcome"] if row["active"] else "switched off"
        click.echo(
            f"{row['source']:<28} {row['type']:<14} {row['datasets']:>5} datasets  {state:<12} {finished}"
        )
    if not rows:
        click.echo("No sources yet. Make some with: ckan kielce harvest create --file sources.json")


@harvest.command()
@click.option("--file", "path", required=True, type=click.Path(path_type=Path), help="JSON list of sources.")
@click.option("--base-url", default="", help="Address that relative urls in the file are completed with.")
def create(path: Path, base_url: str) -> None:
    """Create or update sources from a file; a source is known by its name.

    Each entry has name, url, source_type and may have title, notes, owner_org (name), frequency (MANUAL, DAILY,
    WEEKLY, BIWEEKLY, MONTHLY, ALWAYS) and config (an object).
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
            click.echo(f"{entry.get('name', '?')}: {_save_source(entry, base_url)}")
        except tk.ValidationError as error:
            failed = True
            reasons = "; ".join(f"{key}: {text}" for key, text in error.error_summary.items())
            click.secho(f"{entry.get('name', '?')}: {reasons}", fg="red", err=True)
    jobs.ensure_tick()
    sys.exit(1 if failed else 0)


def _save_source(entry: dict[str, Any], base_url: str) -> str:
    unknown = sorted(set(entry) - set(SOURCE_KEYS))
    if unknown:
        raise tk.ValidationError(
            {"file": [f"unknown keys {', '.join(unknown)}; possible: {', '.join(SOURCE_KEYS)}"]}
        )
    config = entry.get("config") or {}
    wanted = {
        **{key: value for key, value in entry.items() if value not in (None, "")},
        "url": urljoin(base_url, entry.get("url") or "") if base_url else entry.get("url") or "",
        "config": json.dumps(config, ensure_ascii=False) if isinstance(config, dict) else config,
    }
    wanted.setdefault("title", wanted.get("name", ""))
    wanted.setdefault("frequency", "MANUAL")
    package = model.Package.get(entry.get("name") or "")
    if package is None or package.type != "harvest":
        tk.get_action("harvest_source_create")(store.site_context(), wanted)
        return "created"
    row = HarvestSource.get(package.id)
    owner = model.Group.get(wanted.get("owner_org") or "")
    same = (
        row.active
        and (row.url, row.title, row.type, row.frequency)
        == (wanted["url"], wanted["title"], wanted.get("source_type"), wanted["frequency"])
        and (package.notes or "") == wanted.get("notes", "")
        and (owner is None or package.owner_org == owner.id)
        and settings.parse(row.config) == _normalised(wanted)
    )
    if same:
        return "unchanged"
    tk.get_action("harvest_source_update")(
        store.site_context(), {**wanted, "id": package.id, "state": "active"}
    )
    return "updated"


def _normalised(wanted: dict[str, Any]) -> dict[str, Any]:
    from ckanext.harvest.queue import get_harvester

    harvester = get_harvester(wanted.get("source_type"))
    text = wanted["config"]
    if harvester is None or not hasattr(harvester, "validate_config"):
        return settings.parse(text)
    try:
        return settings.parse(harvester.validate_config(text))
    except ValueError:
        return {}  # the update will complain in full


@harvest.command()
@click.argument("names", metavar="SOURCE...", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Run every active source.")
@click.option("--wait", is_flag=True, help="Follow the runs until they are finished.")
@click.option("--inline", is_flag=True, help="Run in this process, without queues and consumers.")
@click.option("--timeout", default=1800, show_default=True, help="Seconds to follow before giving up.")
@click.option("--strict", is_flag=True, help="Fail also when single records failed.")
def run(
    names: tuple[str, ...], everything: bool, wait: bool, inline: bool, timeout: int, strict: bool
) -> None:
    """Run sources. Exits with 1 when a source failed as a whole, 2 when the time was up."""
    if bool(names) == everything:
        raise click.UsageError("Name one or more sources, or give --all.")
    try:
        picked = (
            jobs.all_sources(active_only=True) if everything else [(n, jobs.find_source(n)) for n in names]
        )
    except jobs.NoSuchSourceError as error:
        raise click.ClickException(str(error)) from error
    picked_ids = [(name, source.id) for name, source in picked]
    job_ids = {}
    for name, source_id in picked_ids:
        source = HarvestSource.get(source_id)
        try:
            job_ids[name] = jobs.run_inline(source) if inline else jobs.start(source)
        except tk.ValidationError as error:
            raise click.ClickException(f"{name}: {error.error_dict}") from error
    jobs.ensure_tick()
    if not (wait or inline):
        click.echo(f"Queued: {', '.join(job_ids)}")
        return
    in_time = inline or _follow(job_ids, dict(picked_ids), timeout)
    outcomes = []
    for name, source_id in picked_ids:
        row = reports.report(HarvestSource.get(source_id), name, HarvestJob.get(job_ids[name]))
        outcomes.append(row["outcome"])
        _print_short(row)
    if not in_time:
        click.secho("Time is up; the runs go on in the background.", fg="yellow", err=True)
        sys.exit(2)
    sys.exit(1 if "failed" in outcomes or (strict and "partly" in outcomes) else 0)


def _follow(job_ids: dict[str, str], source_ids: dict[str, str], timeout: int) -> bool:
    """Show progress until all runs are closed; False when the time is up."""
    deadline = time.monotonic() + timeout
    begun = time.monotonic()
    shown = ""
    while time.monotonic() < deadline:
        states = {name: jobs.progress(job_id) for name, job_id in job_ids.items()}
        for name, state in states.items():
            if state["status"] != "Finished" and state["gathered"] and state["done"] == state["total"]:
                jobs.close_finished(source_ids[name])
                states[name] = jobs.progress(job_ids[name])
        done, total = (sum(state[key] for state in states.values()) for key in ("done", "total"))
        left = [name for name, state in states.items() if state["status"] != "Finished"]
        line = f"{len(job_ids) - len(left)}/{len(job_ids)} sources, {done}/{total} records"
        if line != shown or sys.stderr.isatty():
            spent = f"{time.monotonic() - begun:.0f} s"
            waiting = f" – {', '.join(left[:3])}{' …' if len(left) > 3 else ''}" if left else ""
            text = f"{line}, {spent}{waiting}"
            click.echo(
                f"\r\x1b[K{text}" if sys.stderr.isatty() else text, nl=not sys.stderr.isatty(), err=True
            )
            shown = line
        if not left:
            click.echo("", err=True, nl=sys.stderr.isatty())
            return True
        time.sleep(POLL)
    return False


def _print_short(row: dict[str, Any]) -> None:
    counts = ", ".join(f"{value} {key}" for key, value in row["counts"].items() if value) or "no records"
    colour = {"ok": "green", "partly": "yellow"}.get(row["outcome"], "red")
    click.secho(f"{row['source']}: {row['outcome']} – {counts}", fg=colour)
    for message in row["source_errors"]:
        click.echo(f"  {message}")
    for entry in row["record_errors"][:5]:
        click.echo(f"  {entry['message']}")
    if len(row["record_errors"]) > 5:
        click.echo(
            f"  … and {len(row['record_errors']) - 5} more: ckan kielce harvest report {row['source']}"
        )


@harvest.command("report")
@click.argument("name", metavar="SOURCE")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show_report(name: str, as_json: bool) -> None:
    """Show what the last run of a source did, its errors with remedies, and what could not be mapped."""
    try:
        row = reports.report(jobs.find_source(name), name)
    except jobs.NoSuchSourceError as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        click.echo(json.dumps(row, ensure_ascii=False, indent=2))
        return
    click.echo(f"{row['title']} ({row['type']}) {row['url']}")
    _print_short({**row, "record_errors": []})
    for entry in row["record_errors"]:
        click.echo(f"  {entry['message']}")
    if row["missing"]:
        click.echo(f"Not in the source any more (kept): {', '.join(row['missing'])}")
    if row["unmapped"]:
        click.echo("Not mapped:")
        for kind, number in row["unmapped"].items():
            click.echo(f"  {number:>5}  {kind}")
        for guid, texts in row["unmapped_records"].items():
            click.echo(f"  {guid}: {'; '.join(texts)}")


@harvest.command()
@click.argument("kind", type=click.Choice(["gather", "fetch"]))
def consumer(kind: str) -> None:
    """Work through a queue of harvesting until stopped; more of them work side by side."""
    consumers.consume(kind)


@harvest.command()
def tick() -> None:
    """Do one round of housekeeping now and book the next on CKAN's worker."""
    jobs.tick()
