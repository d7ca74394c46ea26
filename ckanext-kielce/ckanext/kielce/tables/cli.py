"""Commands of the tables room."""

from __future__ import annotations

import json
from pathlib import Path

import click
from ckanext.kielce.common.cli import kielce


@kielce.group(short_help="Tables: read files, load them into the DataStore")
def tables() -> None:
    """Reading tables and loading them into the DataStore."""


@tables.command()
@click.argument("resource_ids", metavar="RESOURCE...", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Load every resource in a tabular format.")
@click.option("--force", is_flag=True, help="Load even what has not changed.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def load(resource_ids: tuple[str, ...], everything: bool, force: bool, as_json: bool) -> None:
    """Load tables of RESOURCE... (ids) into the DataStore and print a line for each."""
    from ckan import model
    from ckan.plugins import toolkit as tk
    from ckanext.kielce.tables.service import load_by_id

    if everything:
        query = model.Session.query(model.Resource.id).join(model.Package)
        query = query.filter(model.Resource.state == "active", model.Package.state == "active")
        resource_ids = tuple(
            row.id for row in query.order_by(model.Resource.package_id, model.Resource.position)
        )
    if not resource_ids and not everything:
        raise click.UsageError("Name resources, or use --all.")
    reports = []
    for resource_id in resource_ids:
        try:
            report = load_by_id(resource_id, force=force).as_dict()
        except tk.ObjectNotFound:
            report = {
                "resource_id": resource_id,
                "status": "not_found",
                "rows": 0,
                "seconds": 0.0,
                "problems": [],
            }
        if report["status"] == "skipped" and everything:
            continue
        reports.append(report)
        if not as_json:
            click.echo(
                f"{report['status']:<10} {report['rows']:>9} rows {report['seconds']:>7.2f} s  {resource_id}"
            )
            for found in report["problems"]:
                click.echo(f"           {found['message_en']}")
    if as_json:
        click.echo(json.dumps(reports, ensure_ascii=False, indent=2, default=str))
        return
    loaded = sum(r["status"] == "loaded" for r in reports)
    rows = sum(r["rows"] for r in reports)
    click.echo(f"{len(reports)} resources, {loaded} loaded, {rows} rows in the DataStore.")


@tables.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--format", "declared_format", help="The format that the description claims.")
@click.option("--encoding", "declared_encoding", help="The encoding that the description claims.")
def profile(file: Path, declared_format: str | None, declared_encoding: str | None) -> None:
    """Read FILE and print what it is and what its tables hold, as JSON. Needs no portal."""
    from ckanext.kielce.tables import shared

    sniffed = shared.sniff(file, declared_format, declared_encoding)
    answer: dict[str, object] = {"file": sniffed.as_dict(), "tables": []}
    try:
        answer["tables"] = [
            {
                "name": table.name,
                "header_row": table.header_row,
                "problems": [found.as_dict() for found in table.warnings],
                **shared.profile(table).as_dict(),
            }
            for table in shared.read(file, sniffed)
        ]
    except shared.TableError as err:
        answer["problems"] = [found.as_dict() for found in err.problems]
    click.echo(json.dumps(answer, ensure_ascii=False, indent=2, default=str))
