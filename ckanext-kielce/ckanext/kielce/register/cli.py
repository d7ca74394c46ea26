"""Commands of the register."""

from __future__ import annotations

import json
from pathlib import Path

import click
from ckanext.kielce.common.cli import kielce


@kielce.group(short_help="Register of all sets that the city holds")
def register() -> None:
    """The register of all sets: open, shared, internal, not yet digital."""


@register.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def prefill(as_json: bool) -> None:
    """Make and renew entries from the catalogue and from what harvests know; what people wrote stays."""
    from ckanext.kielce.register.prefill import prefill as fill

    report = fill().as_dict()
    if as_json:
        click.echo(json.dumps(report))
        return
    click.echo(", ".join(f"{name}: {number}" for name, number in report.items()))


@register.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--user", required=True, help="Name of the user who enters the list.")
@click.option("--check", is_flag=True, help="Only say what would be done.")
def import_list(file: Path, user: str, check: bool) -> None:
    """Read a list of sets (CSV, XLSX, ODS): all of it or, with an error in any row, nothing."""
    from ckan.plugins import toolkit as tk

    data = {"upload": file, "check": check}
    try:
        counts = tk.get_action("kielce_register_import")({"user": user}, data)
    except tk.ValidationError as error:
        for text in error.error_dict.get("upload", ()):
            click.echo(text, err=True)
        for row in error.error_dict.get("rows", ()):
            place = f"{file.name}, row {row['row']}" if row["row"] else file.name
            click.echo(
                f"{place}, {row['column']}: {row['message']}"
                if row["column"]
                else f"{place}: {row['message']}",
                err=True,
            )
        raise click.exceptions.Exit(1) from error
    except tk.NotAuthorized as error:
        raise click.ClickException(str(error)) from error
    click.echo(", ".join(f"{name}: {counts[name]}" for name in ("created", "changed", "unchanged")))


@register.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--all",
    "everything",
    is_flag=True,
    help="With internal entries and fields (default: what the public sees).",
)
@click.option("--lang", type=click.Choice(["pl", "en"]), default="pl", show_default=True)
def export(file: Path, everything: bool, lang: str) -> None:
    """Write the register as CSV; the file can be edited and imported again."""
    from ckan.plugins import toolkit as tk
    from ckanext.kielce.register import outlets

    user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"] if everything else ""
    file.write_bytes(outlets.as_csv({}, lang=lang, user=user))
    click.echo(str(file))
