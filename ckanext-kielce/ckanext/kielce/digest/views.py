"""The page behind a letter's link: a form that anyone who holds the link may send, without an account."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint, make_response
from werkzeug.wrappers import Response

from . import answers, links, posting, table

__all__ = ["kielce_digest"]

kielce_digest = Blueprint("kielce_digest", __name__)
ROLES = {"digest": "owner", "escalation": "director"}


@kielce_digest.route("/digest/<word>", methods=["GET", "POST"])
def answer(word: str) -> Response:
    """GET shows buttons and changes nothing (programs that scan mail open addresses); POST answers."""
    letter = answers.letter(links.read(word))
    done, errors = "", []
    if letter is not None and tk.request.method == "POST":
        try:
            done = _act(letter)
        except tk.ValidationError as error:
            errors = [text for texts in error.error_dict.values() for text in texts]
    shown: dict[str, Any] = {
        "letter": letter,
        "news": [],
        "done": done,
        "errors": errors,
        "days": table.snooze_days(),
    }
    if letter is not None:
        shown["news"] = _shown(letter)
    status = 404 if letter is None else 422 if errors else 200
    response = make_response(tk.render("kielce_digest/answer.html", shown), status)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _act(letter: Any) -> str:
    form = tk.request.form
    chosen = {word for value in form.getlist("news") for word in value.split()}
    news = [each for each in answers.open_news(letter) if each.id in chosen]
    if not news:
        raise tk.ValidationError({"news": [tk._("Mark at least one matter")]})
    by, note = ROLES[letter.kind], form.get("note", "").strip()
    if form.get("act") == "snooze":
        days = form.get("days", "")
        answers.snooze(news, int(days) if days.isdecimal() else 0, by=by, note=note)
        return "snooze"
    answers.acknowledge(news, by=by, note=note)
    return "acknowledge"


def _shown(letter: Any) -> list[dict[str, Any]]:
    lang = "pl" if str(tk.h.lang() or "").startswith("pl") else "en"
    standing = {each.id for each in answers.open_news(letter)}
    news = posting.news_of(letter)
    titles = posting.titles(news)
    shown = []
    for same in posting.together(news):
        # Of a fault in several files those that stand are answered for together.
        each = next((one for one in same if one.id in standing), same[0])
        name, title = titles.get(each.package_id, ("", ""))
        shown.append(
            {
                **answers.describe(each),
                "ids": " ".join(one.id for one in same if one.id in standing),
                "title": title,
                "name": name,
                "seen": each.told[lang][0],
                "remedy": each.told[lang][1],
                "open": each.id in standing,
            }
        )
    return shown
