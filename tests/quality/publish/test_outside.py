"""Badge, Atom, iCalendar and signatures: what leaves the portal is what the standards ask."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import re

import pytest
from ckanext.kielce.common import atom
from ckanext.kielce.quality.publish import badge, ical
from lxml import etree

NOW = dt.datetime(2026, 11, 21, 12, tzinfo=dt.timezone.utc)
SVG = "{http://www.w3.org/2000/svg}"


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("status", badge.GROUNDS)
def test_a_badge_says_in_words_what_it_shows(status):
    drawn = etree.fromstring(
        badge.draw({"status": status, "grade": "B"}, 'Wydatki "<1>" & inne', "pl").encode()
    )
    assert drawn.get("role") == "img"
    assert drawn.get("aria-label") == drawn.find(f"{SVG}title").text
    assert "ocena B" in drawn.get("aria-label")
    assert 'Wydatki "<1>" & inne' in drawn.get("aria-label")
    assert 1.05 / (luminance(badge.GROUNDS[status]) + 0.05) > 4.5
    assert "script" not in etree.tostring(drawn, encoding="unicode")


def test_a_badge_in_english_and_without_a_grade():
    drawn = badge.draw({"status": "unknown", "grade": None}, "Spending", "en")
    assert "no grade" in drawn
    assert 'lang="en"' in drawn


def test_the_feed_has_what_atom_asks():
    entry = atom.Entry(
        "tag:x,2026:event/1", NOW, "Nowe \x0bdane", "Tekst & <b>", "https://x/dataset/a", "changed"
    )
    raw = atom.feed(
        feed_id="tag:x,2026:portal/all", title="T", subtitle="S", page="https://x/", self_url="https://x/changes.atom",
        lang="pl", author="Portal", entries=[entry], updated=NOW,
    )  # fmt: skip
    root = etree.fromstring(raw)
    ns = f"{{{atom.NS}}}"
    for name in ("id", "title", "updated", "author"):
        assert root.find(ns + name) is not None
    assert {link.get("rel") for link in root.findall(f"{ns}link")} == {"self", "alternate"}
    found = root.find(f"{ns}entry")
    assert found.find(f"{ns}updated").text == "2026-11-21T12:00:00Z"
    assert found.find(f"{ns}title").text == "Nowe dane"


def unfold(raw: bytes) -> list[str]:
    return re.sub(r"\r\n[ \t]", "", raw.decode()).split("\r\n")


def test_a_calendar_obeys_rfc_5545():
    title = "Nowe dane: żółta łódź, średnik; ukośnik \\ " + "ż" * 90
    event = ical.Expected(
        "expected-1@x", dt.date(2026, 12, 4), title, "Raz\ndwa", "https://x/a", NOW, ("otwarte, dane",)
    )
    raw = ical.calendar("Nazwa", "Opis", [event], "pl")
    assert raw.endswith(b"END:VCALENDAR\r\n")
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert max(len(line) for line in raw.split(b"\r\n")) <= 75
    raw.decode()  # folded between characters, never within one
    lines = unfold(raw)
    assert lines[0] == "BEGIN:VCALENDAR" and "VERSION:2.0" in lines
    assert sum(line.startswith("PRODID:") for line in lines) == 1
    for name in ("UID:", "DTSTAMP:", "DTSTART;VALUE=DATE:20261204", "DTEND;VALUE=DATE:20261205"):
        assert sum(line.startswith(name) for line in lines) == 1
    summary = next(line for line in lines if line.startswith("SUMMARY"))
    assert "łódź\\, średnik\\; ukośnik \\\\ " in summary
    assert "DESCRIPTION;LANGUAGE=pl:Raz\\ndwa" in lines
    opened = [line.split(":")[1] for line in lines if line.startswith("BEGIN:")]
    assert sorted(opened) == sorted(line.split(":")[1] for line in lines if line.startswith("END:"))
    assert "TZID:Europe/Warsaw" in lines


def test_days_are_those_of_warsaw():
    assert ical.local_day(dt.datetime(2026, 12, 3, 23, 30, tzinfo=dt.timezone.utc)) == dt.date(2026, 12, 4)
    assert ical.local_day(dt.datetime(2026, 7, 3, 22, 30, tzinfo=dt.timezone.utc)) == dt.date(2026, 7, 4)


def test_signatures_are_those_of_standard_webhooks():
    links = pytest.importorskip("ckanext.kielce.quality.publish.links")
    secret = "whsec_" + base64.b64encode(b"k" * 32).decode()
    expected = base64.b64encode(hmac.new(b"k" * 32, b'event_7.1700000000.{"a":1}', hashlib.sha256).digest())
    assert links.signature(secret, "event_7", 1700000000, b'{"a":1}') == f"v1,{expected.decode()}"
