"""What the commands of ``ckan kielce harvest`` print: lines, bars and reports in English."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any

import click
from ckan import model
from ckanext.kielce.common.columns import utc_now
from ckanext.kielce.harvest import runlog
from ckanext.kielce.harvest.model import HarvestRun

POLL = 0.5  # seconds between two looks at a run
BAR = 24  # characters of a progress bar
COLOURS = {"ok": "green", "unchanged": "green", "partly": "yellow", "rejected": "yellow", "stopped": "yellow"}
HEALTH_COLOURS = {"fresh": "green", "due": "yellow", "overdue": "red"}
CHANGES = 8  # changed fields that a line of a record shows

# Exit codes; 2 is click's own for a command that was typed wrongly.
OK, FAILED, TIME_UP, REFUSED = 0, 1, 3, 4


def as_json(data: Any) -> None:
    """Print data as JSON."""
    click.echo(json.dumps(data, ensure_ascii=False, indent=2))


def line_of_source(source: Mapping[str, Any]) -> None:
    """A source in one line."""
    health = source["health"]
    share = source["punctuality_90"]["share"]
    kept = "-" if share is None else f"{share:.0f}%"
    word = click.style(f"{health['word_en']:<20}", fg=HEALTH_COLOURS.get(health["tone"]))
    last = (source["last_success_at"] or "-")[:16].replace("T", " ")
    click.echo(
        f"{source['name']:<30} {word} {source['datasets']:>6} datasets  kept {kept:>4}  last {last:<16}  "
        f"{source['schedule_en']}"
    )


def line_of_run(run: Mapping[str, Any]) -> None:
    """A run in one line, with the reason below it when there is one."""
    counts = ", ".join(f"{number} {name}" for name, number in runlog.tally(run["counts"]).items())
    state = str(run["status"])
    kind = "dry run, " if run["kind"] == "dry_run" else ""
    took = f", {run['duration_seconds']:g} s" if run["duration_seconds"] is not None else ""
    begun = (run["started_at"] or run["created_at"])[:19].replace("T", " ")
    shown = "refused, waits for a decision" if state == "held" else state
    word = click.style(shown, fg=COLOURS.get(state, "red" if run["outcome"] else None))
    click.echo(
        f"{begun}  {run['id']}  {kind}{word}: {counts or 'no records'}{took}, "
        f"{run['requests']} requests, {run['bytes']} bytes"
    )
    if run["reason"] and run["outcome"] not in ("ok", "unchanged"):
        click.echo(f"  {run['reason'].get('en', '')}")


def errors(groups: Sequence[Mapping[str, Any]], most: int = 5) -> None:
    """Errors by cause with their remedy."""
    for group in groups:
        click.secho(f"  {group['en']} ({group['count']}) - {group['remedy_en']}", fg="red")
        for record in group["records"][:most]:
            click.echo(f"    {record['title']} [{record['guid']}]: {record['en']}")
        if group["count"] > most:
            click.echo(f"    … and {group['count'] - most} more")


def items(rows: Sequence[Mapping[str, Any]]) -> None:
    """Records of a run with what changed."""
    for item in rows:
        click.echo(f"  {item['action']:<8} {item['title']} [{item['guid']}]")
        for change in item["changes"][:CHANGES]:
            kept = "  (our value stays)" if change.get("kept") else ""
            click.echo(
                f"           {change['field']}: {_short(change['old'])} -> {_short(change['new'])}{kept}"
            )
        if len(item["changes"]) > CHANGES:
            click.echo(f"           … and {len(item['changes']) - CHANGES} more fields")


def _short(value: Any) -> str:
    text = " ".join(str("(empty)" if value in (None, "", [], {}) else value).split())
    return text if len(text) <= 60 else text[:59] + "…"


def bar(share: float | None) -> str:
    """A bar of fixed width; empty brackets while the share is not known."""
    filled = round((share or 0) * BAR)
    return f"[{'#' * filled}{'-' * (BAR - filled)}]"


def follow(run_ids: Mapping[str, str], timeout: float) -> bool:
    """Show progress until all runs (source -> run) are over or wait for a decision; False when the time is up."""
    begun = time.monotonic()
    shown, tty = "", sys.stderr.isatty()
    while True:
        left, text = _look(run_ids)
        line = f"{text}, {time.monotonic() - begun:.0f} s"
        if tty:
            click.echo(f"\r\x1b[K{line}", nl=False, err=True)
        elif text != shown:
            click.echo(line, err=True)
            shown = text
        if not left or time.monotonic() - begun > timeout:
            click.echo("", err=True, nl=tty)
            return not left
        time.sleep(POLL)


def _look(run_ids: Mapping[str, str]) -> tuple[list[str], str]:
    model.Session.rollback()  # a fresh look at what the consumers have written
    model.Session.expire_all()
    now = utc_now()
    runs = {name: model.Session.get(HarvestRun, run_id) for name, run_id in run_ids.items()}
    seen = {name: runlog.progress(run, now) for name, run in runs.items() if run is not None}
    left = [name for name, progress in seen.items() if progress]
    if len(run_ids) == 1 and left:
        progress = seen[left[0]] or {}
        total = f"/{progress['total']}" if progress["total"] else ""
        eta = f", about {progress['eta_seconds']} s more" if progress["eta_seconds"] is not None else ""
        return left, f"{bar(progress['share'])} {progress['phase']} {progress['done']}{total} records{eta}"
    over = len(run_ids) - len(left)
    done = sum(run.read for run in runs.values() if run is not None)
    waiting = f" - {', '.join(left[:3])}{' …' if len(left) > 3 else ''}" if left else ""
    return (
        left,
        f"{bar(over / max(1, len(run_ids)))} {over}/{len(run_ids)} sources, {done} records read{waiting}",
    )
