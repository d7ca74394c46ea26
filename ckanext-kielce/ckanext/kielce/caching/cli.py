"""Commands of the caching room."""

from __future__ import annotations

import click
from ckanext.kielce.common.cli import kielce


@kielce.group(short_help="Copies of pages in the caches in front")
def cache() -> None:
    """Copies of pages and API answers in the caches in front."""


@cache.command()
@click.argument("datasets", nargs=-1)
def purge(datasets: tuple[str, ...]) -> None:
    """Take away the copies that show these DATASETS (names or ids), or all copies."""
    from ckan import model
    from ckanext.kielce.caching import keys
    from ckanext.kielce.caching import purge as caches

    if not caches.addresses():
        raise click.ClickException("No cache to tell: ckanext.kielce.cache.purge_urls is empty.")
    wanted = {name: model.Package.get(name) for name in datasets}
    missing = sorted(name for name, package in wanted.items() if package is None)
    if missing:
        raise click.ClickException(f"There is no such dataset: {', '.join(missing)}")
    found = [keys.dataset(package.id) for package in wanted.values() if package is not None]
    try:
        purged = caches.send([*found, keys.MANY] if found else [keys.ALL], [keys.LISTS] if found else [])
    except caches.CacheAwayError as error:
        raise click.ClickException(f"A cache is away: {error}") from error
    click.echo(f"{purged} copies purged")
