"""The text of a letter, plain and with marks, in the owner's language. Pure but for the addresses handed in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from ckanext.kielce.common import formatting
from jinja2 import Environment, FileSystemLoader

from .. import table

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Item:
    """One piece of news as a letter tells it.

    :ivar points: of the score that mending brings back; 0 where it is not known
    :ivar told_to: for an escalation, when and to whom it was told
    :ivar again: it was put off and comes back
    :ivar others: how many more files of the set have the same
    """

    title: str
    url: str
    section: str
    seen: str
    remedy: str
    at: dt.datetime
    points: float = 0.0
    private: bool = False
    told_to: tuple[dt.datetime, str] | None = None
    again: bool = False
    others: int = 0


@dataclass(frozen=True)
class Text:
    """A letter ready to be sent."""

    subject: str
    plain: str
    html: str


@cache
def _words() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((HERE / "texts.yaml").read_text(encoding="utf-8"))
    return found


@cache
def _template() -> Any:
    return Environment(loader=FileSystemLoader(HERE), autoescape=True, trim_blocks=True).get_template(
        "letter.html"
    )


def text(
    kind: str,
    items: Sequence[Item],
    *,
    unit: str,
    lang: str,
    answer: str,
    until: dt.datetime,
    escalates: bool,
) -> Text:
    """Subject and both bodies.

    :param kind: ``digest`` or ``escalation``
    :param items: in the order in which they are told
    :param answer: address of the page on which it is answered, which works until ``until``
    :param escalates: what is not answered goes to a director
    """
    say = _words()[lang]
    asked = [item for item in items if item.section != "better"]
    subject = _subject(say, kind, len(asked), len(items), unit, lang)
    sections = [
        {"title": say[name], "rows": [_shown(item, say, lang) for item in items if item.section == name]}
        for name in table.SECTIONS
        if any(item.section == name for item in items)
    ]
    intro = say["intro_escalation" if kind == "escalation" else "intro"].format(unit=unit)
    known = {
        "lang": lang,
        "say": say,
        "subject": subject,
        "intro": intro,
        "sections": sections,
        "answer": answer if asked else "",
        "answer_help": say["answer_help"].format(date=formatting.date(until, lang)),
        "escalates": escalates and kind != "escalation",
    }
    return Text(subject, _plain(known), _template().render(known))


def _subject(say: Mapping[str, Any], kind: str, asked: int, whole: int, unit: str, lang: str) -> str:
    name = "subject_escalation" if kind == "escalation" else "subject" if asked else "subject_better"
    number = asked or whole
    forms = say[name]
    pattern = formatting.plural(number, *forms) if lang == "pl" else forms[0 if number == 1 else 1]
    return str(pattern).format(n=formatting.number(number, lang), unit=unit)


def _shown(item: Item, say: Mapping[str, Any], lang: str) -> dict[str, Any]:
    more = []
    if item.others:
        forms = say["others"]
        pattern = formatting.plural(item.others, *forms) if lang == "pl" else forms[item.others > 1]
        more.append(pattern.format(n=formatting.number(item.others, lang)))
    if item.points >= 0.1 and item.section != "better":
        more.append(say["gain"].format(points=formatting.number(item.points, lang, 1)))
    if item.told_to:
        moment, address = item.told_to
        more.append(say["told"].format(date=formatting.date(moment, lang), address=address))
    elif item.again:
        more.append(say["again"])
    else:
        more.append(say["since"].format(date=formatting.date(item.at, lang)))
    if item.private:
        more.append(say["private"])
    return {"title": item.title, "url": item.url, "seen": item.seen, "remedy": item.remedy, "more": more}


def _plain(known: Mapping[str, Any]) -> str:
    say = known["say"]
    lines = [say["greeting"], "", known["intro"]]
    for section in known["sections"]:
        lines += ["", section["title"].upper()]
        for number, item in enumerate(section["rows"], 1):
            lines += ["", f"{number}. {item['title']}", f"   {item['seen']}"]
            if item["remedy"]:
                lines.append(f"   {say['remedy']} {item['remedy']}")
            lines += [f"   {line}" for line in item["more"]]
            lines.append(f"   {item['url']}")
    if known["answer"]:
        lines += ["", known["answer_help"], known["answer"]]
    lines.append("")
    if known["answer"] and known["escalates"]:
        lines.append(say["escalation"])
    lines += [say["reply"], "", "-- ", say["sign"]]
    return "\n".join(lines)
