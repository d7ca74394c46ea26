"""The changelog of shapes as an Atom feed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from ckan.plugins import toolkit as tk
from ckanext.kielce.api import changes
from ckanext.kielce.common.atom import Entry, feed


def atom(results: Sequence[dict[str, Any]], lang: str, dataset: str = "") -> bytes:
    """The feed of these changes, which `changes.read` gives."""
    say = changes.WORDS[lang]
    entries = [
        Entry(
            id=changes.feed_id(f"{item['what']}/{item['id']}"),
            at=dt.datetime.fromisoformat(item["at"]),
            title=item["title"],
            text=item["text"],
            link=item["link"],
            kind=item["kind"],
        )
        for item in results
    ]
    params = {"dataset": dataset} if dataset else {}
    return feed(
        feed_id=changes.feed_id(f"changes/{dataset or 'all'}"),
        title=say["title"],
        subtitle=say["subtitle"],
        page=tk.url_for("kielce_api.developers", _external=True, _anchor="changes"),
        self_url=tk.url_for("kielce_api.changes_atom", lang=lang, _external=True, **params),
        lang=lang,
        author=str(tk.config["ckan.site_title"]),
        entries=entries,
        updated=dt.datetime(2026, 1, 1, tzinfo=dt.timezone.utc),
    )
