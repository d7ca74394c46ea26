"""``ckan kielce catalogue …``: what an operator does to the catalogue from the shell."""

from __future__ import annotations

import json

import ckan.plugins.toolkit as tk
import click
from ckanext.kielce.catalogue import shacl
from ckanext.kielce.catalogue.summary import summary
from ckanext.kielce.common import vocabularies
from ckanext.kielce.common.cli import kielce


@kielce.group(short_help="Units, domains and vocabularies")
def catalogue() -> None:
    """Units, domains and vocabularies of the catalogue."""


@catalogue.command("summary")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show_summary(as_json: bool) -> None:
    """Show what the portal holds: sources, datasets, tables, grades."""
    found = summary({"ignore_auth": True})
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    for row in [*found["sources"], [], *found["totals"]]:
        click.echo("  ".join(str(cell) for cell in row))


@catalogue.command("seed")
@click.option("--update", is_flag=True, help="Bring titles of existing ones back to the vocabulary's words.")
def seed_catalogue(update: bool) -> None:
    """Create the city's units (organisations) and the 20 domains (groups); safe to repeat."""
    for name in vocabularies.NAMES:
        vocabularies.load(name)
    user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    report = tk.get_action("kielce_catalogue_seed")({"user": user, "ignore_auth": True}, {"update": update})
    for kind, words in (("organization", "units"), ("group", "domains")):
        counts = {what: len(report[what][kind]) for what in report}
        click.echo(
            f"{words}: {counts['created']} created, {counts['updated']} updated, {counts['unchanged']} left as they were"
        )
        if report["deleted"][kind]:
            names = ", ".join(report["deleted"][kind])
            click.echo(
                f"{words}: deleted in CKAN and left so: {names} (purge them there to have them created again)"
            )


@catalogue.command("vocabularies")
def show_vocabularies() -> None:
    """List the vocabularies with source, version and number of entries."""
    for name in vocabularies.NAMES:
        found = vocabularies.load(name)
        click.echo(f"{name:16} {len(found):4}  {found.retrieved}  {found.version}  {found.source}")


@catalogue.command("shapes")
def show_shapes() -> None:
    """Print the DCAT-AP constraints as SHACL shapes in Turtle, for any other validator."""
    click.echo(shacl.shapes().serialize(format="turtle"))


@catalogue.command("validate")
@click.argument("names", nargs=-1)
@click.option("--warnings", is_flag=True, help="Print what is recommended and missing, too.")
def validate_datasets(names: tuple[str, ...], warnings: bool) -> None:
    """Validate the RDF of datasets (all public ones when none is named) against DCAT-AP; exit 1 when any fails."""
    user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    failed = 0
    chosen = names or tk.get_action("package_list")({"user": user}, {})
    for name in chosen:
        try:
            report = tk.get_action("kielce_dataset_validate")(
                {"user": user, "ignore_auth": True}, {"id": name}
            )
        except tk.ObjectNotFound as error:
            raise click.ClickException(f"There is no dataset “{name}”") from error
        failed += not report["conforms"]
        for finding in [*report["violations"], *(report["warnings"] if warnings else [])]:
            click.echo(f"{name}: {finding['focus']}: {finding['message']}")
    click.echo(f"{len(chosen) - failed} of {len(chosen)} datasets pass {shacl.VERSION}")
    if failed:
        raise SystemExit(1)


def get_commands() -> list[click.Command]:
    """Return the one click group of the portal; importing this module has added ``catalogue`` to it."""
    return [kielce]
