"""The badge of a dataset: a small SVG with words, a shape and colours of enough contrast. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from ..domain.sentences import status_word

#: Ground of the right half by status; white text on it has a contrast of 5.4:1 at least.
GROUNDS: Mapping[str, str] = {
    "fresh": "#1f6f43",
    "due": "#8a5a00",
    "overdue": "#b42318",
    "delinquent": "#8e1b12",
    "closed": "#475569",
    "unknown": "#475569",
}
SHAPES: Mapping[str, str] = {
    "fresh": "●",
    "due": "◐",
    "overdue": "▲",
    "delinquent": "■",
    "closed": "◇",
    "unknown": "○",
}
WORDS: Mapping[str, Mapping[str, str]] = {
    "pl": {"left": "dane", "grade": "ocena {}", "title": "{title}: {status}", "none": "bez oceny"},
    "en": {"left": "data", "grade": "grade {}", "title": "{title}: {status}", "none": "no grade"},
}
HEIGHT, PAD = 22, 8
#: Width of a character of 12 px DejaVu Sans or Verdana, near enough; `textLength` fits the text to it.
NARROW, WIDE = frozenset("iljtfrI.,:·'| "), frozenset("mwMWĆŃÓ●◐▲■◇○")


def text_width(text: str) -> int:
    """Width of a text in pixels."""
    return round(sum(4.4 if sign in NARROW else 10.2 if sign in WIDE else 7.4 for sign in text))


def draw(score: Mapping[str, Any], title: str, lang: str) -> str:
    """The badge.

    :param score: compact score of the dataset (``status``, ``grade``)
    :param title: the dataset's, for those who hear the badge
    """
    status = score.get("status") or "unknown"
    say = WORDS[lang]
    grade = score.get("grade")
    word = status_word(status, lang)  # type: ignore[arg-type]
    right = f"{SHAPES[status]} {word}" + (f" · {grade}" if grade else "")
    spoken = f"{word}, {say['grade'].format(grade) if grade else say['none']}"
    label = say["title"].format(title=title, status=spoken)
    one, two = text_width(say["left"]), text_width(right)
    left_box, right_box = one + 2 * PAD, two + 2 * PAD
    width = left_box + right_box
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{HEIGHT}" viewBox="0 0 {width} {HEIGHT}" '
        f'role="img" aria-label={quoteattr(label)} lang="{lang}">'
        f"<title>{escape(label)}</title>"
        f'<clipPath id="r"><rect width="{width}" height="{HEIGHT}" rx="4"/></clipPath>'
        f'<g clip-path="url(#r)"><rect width="{left_box}" height="{HEIGHT}" fill="#1d1b1a"/>'
        f'<rect x="{left_box}" width="{right_box}" height="{HEIGHT}" fill="{GROUNDS[status]}"/></g>'
        '<g fill="#fff" font-family="Verdana,DejaVu Sans,Geneva,sans-serif" font-size="12" aria-hidden="true">'
        f'<text x="{PAD}" y="15" textLength="{one}">{escape(say["left"])}</text>'
        f'<text x="{left_box + PAD}" y="15" textLength="{two}">{escape(right)}</text></g></svg>'
    )


def etag(body: str) -> str:
    """Mark of this very drawing."""
    return hashlib.sha256(body.encode()).hexdigest()[:20]
