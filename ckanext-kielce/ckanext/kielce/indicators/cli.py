"""Commands ``ckan kielce indicators …``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import ckan.plugins.toolkit as tk
import click
from ckanext.kielce.common.cli import kielce

__all__ = ["get_commands", "indicators"]


def get_commands() -> list[click.Command]:
    """The one group of all rooms."""
    return [kielce]


@kielce.group(short_help="The store of city indicators")
def indicators() -> None:
    """Import and list city indicators (ISO 37120)."""


def _site_context() -> dict[str, Any]:
    user = tk.get_action("get_site_user")({"ignore_auth": True}, {})
    return {"user": user["name"]}


@indicators.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Check the file and say what would change; write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def import_(file: Path, dry_run: bool, as_json: bool) -> None:
    """Import the indicator table FILE (CSV, UTF-8). All of it or, when a row is wrong, nothing."""
    try:
        content = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise click.ClickException(
            f"{file.name}: not UTF-8 at byte {error.start}; save the CSV in UTF-8"
        ) from error
    try:
        report = tk.get_action("kielce_indicator_import")(
            _site_context(), {"content": content, "filename": file.name, "dry_run": dry_run}
        )
    except tk.ValidationError as error:
        if as_json:
            click.echo(json.dumps({"errors": error.error_dict}, ensure_ascii=False, indent=1))
        else:
            for faults in error.error_dict.values():
                for fault in faults:
                    click.echo(fault, err=True)
        raise click.ClickException(f"{file.name}: nothing was imported") from error
    if as_json:
        click.echo(json.dumps(report, ensure_ascii=False, indent=1))
        return
    click.echo(f"{'Checked' if dry_run else 'Imported'} {file.name}: {', '.join(report['areas'])}")
    for what in ("cards", "values"):
        click.echo(f"{what}: " + ", ".join(f"{count} {word}" for word, count in report[what].items()))
    click.echo("present: " + ", ".join(f"{area} {count}" for area, count in report["present"].items()))
    for row in report["doubtful"]:
        click.echo(f"doubtful: {row['indicator']} {row['area']} {row['as_printed']}: {row['reason_en']}")


@indicators.command("list")
@click.option("--theme", help="Only one theme, by its code (EC, ED, …).")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def list_(theme: str | None, as_json: bool) -> None:
    """List the indicators of the store with the own city's newest value."""
    try:
        found = tk.get_action("kielce_indicator_list")(_site_context(), {"theme": theme} if theme else {})
    except tk.ValidationError as error:
        raise click.ClickException(
            "; ".join(fault for faults in error.error_dict.values() for fault in faults)
        ) from error
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=1))
        return
    if not found["count"]:
        click.echo("The store is empty; import a table with: ckan kielce indicators import FILE")
        return
    for card in found["results"]:
        value = card["value"]
        shown = (
            "-" if not value or value["value"] is None else f"{value['value']} {card['unit_symbol']}".strip()
        )
        mark = {"U": " (doubtful)", "O": " (no data)"}.get(value["status"] if value else "", "")
        click.echo(
            f"{card['code']:<9}{shown:>18}  {(value or {}).get('period', ''):<5}{card['name_pl']}{mark}"
        )
    click.echo(f"{found['area']}: {found['present']} of {found['count']} indicators have a value")
