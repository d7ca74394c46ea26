"""Atom (RFC 4287) of what happened to datasets. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from lxml import etree

NS = "http://www.w3.org/2005/Atom"


@dataclass(frozen=True)
class Entry:
    """One entry: a stable id, when, and what to say and where it is told in full."""

    id: str
    at: dt.datetime
    title: str
    text: str
    link: str
    kind: str
    author: str = ""


def feed(
    *,
    feed_id: str,
    title: str,
    subtitle: str,
    page: str,
    self_url: str,
    lang: str,
    author: str,
    entries: Sequence[Entry],
    updated: dt.datetime,
) -> bytes:
    """The feed as XML.

    :param entries: newest first
    :param updated: moment to give when there is no entry
    """
    root = etree.Element(f"{{{NS}}}feed", nsmap={None: NS})  # type: ignore[dict-item]
    root.set("{http://www.w3.org/XML/1998/namespace}lang", lang)
    _add(root, "id", feed_id)
    _add(root, "title", title)
    _add(root, "subtitle", subtitle)
    _add(root, "updated", _moment(max((entry.at for entry in entries), default=updated)))
    _add(_add(root, "author", None), "name", author)
    _add(root, "link", None, rel="self", type="application/atom+xml", href=self_url)
    _add(root, "link", None, rel="alternate", type="text/html", href=page)
    for entry in entries:
        node = _add(root, "entry", None)
        _add(node, "id", entry.id)
        _add(node, "title", entry.title)
        _add(node, "updated", _moment(entry.at))
        _add(node, "published", _moment(entry.at))
        _add(node, "link", None, rel="alternate", type="text/html", href=entry.link)
        _add(node, "category", None, term=entry.kind)
        _add(node, "summary", entry.text)
        if entry.author:
            _add(_add(node, "author", None), "name", entry.author)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _add(parent: etree._Element, name: str, text: str | None, **attributes: str) -> etree._Element:
    node = etree.SubElement(parent, f"{{{NS}}}{name}", attributes)
    if text is not None:
        # XML has no place for control characters, which a title from a source may hold.
        node.text = "".join(sign for sign in text if sign in "\t\n\r" or ord(sign) >= 0x20)
    return node


def _moment(value: dt.datetime) -> str:
    return value.astimezone(dt.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
