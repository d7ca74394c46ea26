"""Pages and downloads of the indicator store: /wskazniki and /wskaznik/<code>."""

from __future__ import annotations

import json
from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint, Response, make_response

from . import presentation
from .domain import export
from .domain.codes import slug
from .domain.vocabulary import KINDS, themes

__all__ = ["kielce_indicators"]

kielce_indicators = Blueprint("kielce_indicators", __name__)

CSV, JSON = "text/csv; charset=utf-8", "application/json; charset=utf-8"


def _url(endpoint: str, **values: str) -> str:
    return tk.url_for(f"kielce_indicators.{endpoint}", qualified=True, locale="default", **values)


def _download(text: str, content_type: str, filename: str) -> Response:
    """A file with an entity tag, so that who asks again with it gets 304."""
    response = make_response(text)
    response.headers["Content-Type"] = content_type
    response.headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.add_etag()
    response.make_conditional(tk.request)
    return response


def _dump(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False, indent=1)


def _indicator(code: str) -> dict[str, Any]:
    try:
        return tk.get_action("kielce_indicator_show")({}, {"id": code})
    except tk.ObjectNotFound:
        return tk.abort(404, tk._("There is no such indicator."))


def _values(**wanted: Any) -> list[dict[str, Any]]:
    return tk.get_action("kielce_indicator_values")({}, {"limit": 1_000_000, **wanted})["results"]


@kielce_indicators.route("/wskazniki")
def index() -> str:
    """The list of indicators by theme, with search by words, theme and kind."""
    given = {key: tk.request.args.get(key, "").strip() for key in ("q", "theme", "kind")}
    given["theme"] = given["theme"].upper() if given["theme"].upper() in themes() else ""
    given["kind"] = given["kind"] if given["kind"] in KINDS else ""
    found = tk.get_action("kielce_indicator_list")({}, dict(given))
    groups: dict[str, list[dict[str, Any]]] = {}
    for card in found["results"]:
        groups.setdefault(card["theme"], []).append(card)
    names = {code: {"name_pl": theme.name.pl, "name_en": theme.name.en} for code, theme in themes().items()}
    return tk.render(
        "kielce_indicators/index.html", {"found": found, "groups": groups, "themes": names, "given": given}
    )


@kielce_indicators.route("/wskazniki.csv")
def all_csv() -> Response:
    """All values in force as CSV."""
    return _download(export.values_csv(_values()), CSV, "wskazniki.csv")


@kielce_indicators.route("/wskazniki/karty.csv")
def cards_csv() -> Response:
    """All cards as CSV."""
    cards = tk.get_action("kielce_indicator_list")({}, {})["results"]
    return _download(export.cards_csv(cards), CSV, "wskazniki-karty.csv")


@kielce_indicators.route("/wskazniki.json")
def all_json() -> Response:
    """All cards, each with its values in force, as JSON."""
    cards = tk.get_action("kielce_indicator_list")({}, {})["results"]
    by_code: dict[str, list[dict[str, Any]]] = {}
    for row in _values():
        by_code.setdefault(row["indicator"], []).append(row)
    for card in cards:
        card.pop("value")
        card["values"] = by_code.get(card["code"], [])
    return _download(_dump(cards), JSON, "wskazniki.json")


@kielce_indicators.route("/wskazniki/datapackage.json")
def all_package() -> Response:
    """The Tabular Data Package of all values and cards."""
    cards = tk.get_action("kielce_indicator_list")({}, {"limit": 1})["results"]
    descriptor = export.package(
        "wskazniki-iso-37120",
        "Wskaźniki ISO 37120 miasta Kielce",
        "Karty i wartości wskaźników z rewizjami; wartość z druku jest zachowana obok opublikowanej.",
        _url("all_csv"),
        _url("cards_csv"),
        cards[0]["source_pl"] if cards else "",
    )
    return _download(_dump(descriptor), JSON, "datapackage.json")


@kielce_indicators.route("/wskaznik/<code>.csv")
def one_csv(code: str) -> Response:
    """An indicator's values in force as CSV."""
    card = _indicator(code)
    return _download(export.values_csv(_values(indicator=code)), CSV, f"{card['slug']}.csv")


@kielce_indicators.route("/wskaznik/<code>.json")
def one_json(code: str) -> Response:
    """An indicator's card and values as JSON."""
    card = _indicator(code)
    return _download(_dump(card), JSON, f"{card['slug']}.json")


@kielce_indicators.route("/wskaznik/<code>/datapackage.json")
def one_package(code: str) -> Response:
    """The Tabular Data Package of one indicator."""
    card = _indicator(code)
    descriptor = export.package(
        f"wskaznik-{card['slug'].lower()}",
        f"{card['code']} {card['name_pl']}",
        card["definition_pl"],
        _url("one_csv", code=card["slug"]),
        None,
        card["source_pl"],
    )
    return _download(_dump(descriptor), JSON, "datapackage.json")


@kielce_indicators.route("/wskaznik/<code>")
def show(code: str) -> Response | str:
    """An indicator's card: what it measures, the cities' values, the comparison, the reasons."""
    card = _indicator(code)
    if code != card["slug"]:
        return tk.redirect_to("kielce_indicators.show", code=slug(card["code"]))
    newest = presentation.latest(card["values"])
    earlier = [row for row in card["values"] if row not in newest]
    return tk.render("kielce_indicators/show.html", {"card": card, "newest": newest, "earlier": earlier})
