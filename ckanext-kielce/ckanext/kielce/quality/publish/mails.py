"""Texts of the mails to followers, in their language; plain text, by a table of words. Pure but for addresses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ckanext.kielce.common import formatting

from ..model import Event, Follower
from . import links
from .tell import kind_word, told

WORDS = {
    "pl": {
        "confirm_subject": "Potwierdź, że chcesz wiedzieć: {title}",
        "confirm": (
            "Ktoś (zapewne Ty) poprosił, by na ten adres pisać, gdy coś się wydarzy: {title}\n{page}\n\n"
            "O czym: {kinds}.\n\nŻeby potwierdzić, otwórz w ciągu {days} dni ten adres i naciśnij przycisk:\n{link}\n\n"
            "Jeśli to nie Ty, nic nie rób. Bez potwierdzenia usuniemy ten adres."
        ),
        "subject_one": "{title}",
        "subject_many": "Zmiany w danych: {n}",
        "foot": (
            "Piszemy, bo ten adres został potwierdzony: {scope}.\n"
            "Nie chcesz więcej takich wiadomości? Wystarczy jedno naciśnięcie:\n{link}"
        ),
        "portal": "cały portal",
    },
    "en": {
        "confirm_subject": "Confirm that you want to be told: {title}",
        "confirm": (
            "Somebody (most likely you) asked us to write to this address when something happens: {title}\n{page}\n\n"
            "About: {kinds}.\n\nTo confirm, open this address within {days} days and press the button:\n{link}\n\n"
            "If it was not you, do nothing. Unless it is confirmed we will delete this address."
        ),
        "subject_one": "{title}",
        "subject_many": "Changes in the data: {n}",
        "foot": (
            "We write because this address was confirmed: {scope}.\n"
            "No more of these? One press is enough:\n{link}"
        ),
        "portal": "the whole portal",
    },
}


def confirmation(follower: Follower, title: str, path: str) -> tuple[str, str]:
    """Subject and body of the mail that asks to confirm."""
    say, lang = WORDS[follower.lang], follower.lang
    body = say["confirm"].format(
        title=title,
        page=links.site(path, lang),
        kinds=", ".join(kind_word(kind, lang) for kind in follower.kinds),
        days=links.CONFIRM_DAYS,
        link=links.site(f"/follow/confirm/{links.sign(follower.id, 'confirm')}", lang),
    )
    return say["confirm_subject"].format(title=title), body


def message(
    follower: Follower, happened: Sequence[tuple[Event, Any]], scope_title: str
) -> tuple[str, str, dict[str, str]]:
    """Subject, body and headers of a mail about events, the oldest first."""
    say, lang = WORDS[follower.lang], follower.lang
    lines, heads = [], []
    for event, package in happened:
        title = package.title or package.name
        head, sentence = told(event.kind, event.data, title, lang)
        heads.append(head)
        lines.append(
            f"{head}\n{formatting.datetime_warsaw(event.at, lang)}. {sentence}\n{links.dataset(package, lang)}"
        )
    word = links.sign(follower.id, "end")
    page = links.site(f"/follow/end/{word}", lang)
    lines.append("-- \n" + say["foot"].format(scope=scope_title or say["portal"], link=page))
    pattern = "subject_one" if len(heads) == 1 else "subject_many"
    subject = say[pattern].format(title=heads[0], n=formatting.number(len(heads), lang))
    headers = {
        "List-Unsubscribe": f"<{links.site(f'/follow/end/{word}')}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Auto-Submitted": "auto-generated",
        "Precedence": "bulk",
    }
    return subject, "\n\n".join(lines), headers
