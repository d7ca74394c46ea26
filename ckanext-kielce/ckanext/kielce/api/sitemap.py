"""The sitemap: an index, and pages of addresses with the moment of their last change and their other language."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from ckan import model
from lxml import etree

NS = "http://www.sitemaps.org/schemas/sitemap/0.9"
XHTML = "http://www.w3.org/1999/xhtml"
#: Addresses of one page; the protocol allows 50,000, and search engines read small ones sooner.
PAGE = 5000


@dataclass(frozen=True, slots=True)
class Place:
    """A page of the portal: its path without a language, and when it last changed (None: not known)."""

    path: str
    changed: dt.datetime | None = None


def datasets(number: int) -> list[Place]:
    """The ``number``-th page (from 0) of public datasets, in an order that does not move when they change."""
    package = model.Package
    query = (
        sa.select(package.name, package.metadata_modified)
        .where(package.state == "active", package.private.is_(False), package.type != "harvest")
        .order_by(package.metadata_created, package.id)
        .offset(number * PAGE)
        .limit(PAGE)
    )
    return [Place(f"/dataset/{name}", changed) for name, changed in model.Session.execute(query)]


def latest() -> list[dt.datetime | None]:
    """When a dataset of each page last changed, page after page."""
    package = model.Package
    found = sa.select(
        package.metadata_modified,
        sa.func.row_number().over(order_by=(package.metadata_created, package.id)).label("n"),
    ).where(package.state == "active", package.private.is_(False), package.type != "harvest")
    numbered = found.subquery()
    page = sa.func.div(numbered.c.n - 1, PAGE)
    query = sa.select(page, sa.func.max(numbered.c.metadata_modified)).group_by(page).order_by(page)
    return [changed for _page, changed in model.Session.execute(query)]


def groups() -> list[Place]:
    """Units and domains."""
    group = model.Group
    query = sa.select(group.name, group.is_organization).where(group.state == "active").order_by(group.name)
    return [
        Place(f"/{'organization' if is_unit else 'group'}/{name}")
        for name, is_unit in model.Session.execute(query)
    ]


def index(addresses: Iterable[tuple[str, dt.datetime | None]]) -> bytes:
    """The index of pages."""
    root = etree.Element(f"{{{NS}}}sitemapindex", nsmap={None: NS})  # type: ignore[dict-item]
    for address, changed in addresses:
        node = etree.SubElement(root, f"{{{NS}}}sitemap")
        etree.SubElement(node, f"{{{NS}}}loc").text = address
        _lastmod(node, changed)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def page(site: str, places: Sequence[Place]) -> bytes:
    """One page of addresses, each with its English twin."""
    root = etree.Element(f"{{{NS}}}urlset", nsmap={None: NS, "xhtml": XHTML})  # type: ignore[dict-item]
    for place in places:
        node = etree.SubElement(root, f"{{{NS}}}url")
        etree.SubElement(node, f"{{{NS}}}loc").text = site + place.path
        _lastmod(node, place.changed)
        for lang, prefix in (("pl", ""), ("en", "/en")):
            link = {"rel": "alternate", "hreflang": lang, "href": f"{site}{prefix}{place.path}"}
            etree.SubElement(node, f"{{{XHTML}}}link", link)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _lastmod(node: etree._Element, changed: dt.datetime | None) -> None:
    if changed is not None:
        moment = changed if changed.tzinfo else changed.replace(tzinfo=dt.timezone.utc)
        text = moment.astimezone(dt.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        etree.SubElement(node, f"{{{NS}}}lastmod").text = text
