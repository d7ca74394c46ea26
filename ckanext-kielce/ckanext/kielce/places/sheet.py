"""The sheet of a place: what touches it, what is near, from which sources; where the place is not clear, what to choose from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ckanext.kielce.common import changes, formatting
from ckanext.kielce.places import finding, plane, rules, store, telling
from ckanext.kielce.places import sources as catalogue
from ckanext.kielce.places.finding import Answer, Place
from ckanext.kielce.places.question import Question
from ckanext.kielce.places.rules import OTHER, Rule
from ckanext.kielce.places.sources import Source, Sources
from ckanext.kielce.places.store import Found

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

#: Features told of one thing that touches, and of one that is near; all are counted.
TOLD, TOLD_NEAR = 10, 3
#: Part of an area from which a neighbour's border is more than a common edge.
EDGE = 0.002
#: Metres within which two layers of one thing mean the same object by the same name.
SAME = 30
#: Metres from which a thing does not touch a place but is next to it: a line has no width on a map.
NEXT = 1.0
#: Metres within which a point is called by the nearest address.
CALLED = 150


@dataclass
class Sheet:
    """The answer as plain data, and the shapes that it tells of, for the map: (shape in metres, properties)."""

    data: dict[str, Any]
    shapes: list[tuple[BaseGeometry, dict[str, Any]]] = field(default_factory=list)


def make(asked: Question, lang: str) -> Sheet:
    """Answer a question. Raises `question.AskedError` for an area that is none."""
    sources = catalogue.load()
    changes.show({source.package_id for source in sources.every})
    answer = finding.find(asked, sources)
    if answer.place is None:
        return Sheet(_unanswered(asked, answer, lang))
    return _Maker(asked, answer.place, sources, lang).sheet()


def _unanswered(asked: Question, answer: Answer, lang: str) -> dict[str, Any]:
    words = rules.table().raw["words"]["messages"]
    return {
        **_frame(asked, lang),
        "place": None,
        "message": {
            "code": answer.message,
            "text": rules.said(words[answer.message], lang).format(text=answer.text),
        },
        "choices": [
            {"label": choice.label, "params": {**choice.params, "distance": asked.distance}}
            for choice in answer.choices
        ],
    }


def _frame(asked: Question, lang: str) -> dict[str, Any]:
    """What every answer has."""
    return {
        "params": asked.params(),
        "distance": asked.distance,
        "lang": lang,
        "place": None,
        "message": None,
        "choices": [],
        "touches": [],
        "near": [],
        "sources": {},
        "sample": False,
        "disclaimer": rules.said(rules.table().raw["words"]["disclaimer"], lang),
    }


class _Maker:
    """One sheet in the making."""

    def __init__(self, asked: Question, place: Place, sources: Sources, lang: str) -> None:
        self.asked, self.place, self.sources, self.lang = asked, place, sources, lang
        self.used: dict[str, Source] = {}
        self.shapes: list[tuple[BaseGeometry, dict[str, Any]]] = []

    def sheet(self) -> Sheet:
        touches, near = self.touches(), self.near()
        data = {
            **_frame(self.asked, self.lang),
            "place": self.described(),
            "touches": touches,
            "near": near,
            "sources": {key: catalogue.described(source, self.lang) for key, source in self.used.items()},
        }
        data["sample"] = any(source["sample"] for source in data["sources"].values())
        return Sheet(
            data, [(self.place.shape, {"what": "place", "label": data["place"]["label"]}), *self.shapes]
        )

    def described(self) -> dict[str, Any]:
        """The place in words and numbers."""
        shape = self.place.shape
        spot = shape if shape.geom_type == "Point" else shape.representative_point()
        degrees = plane.to_degrees(spot)
        coordinates = f"{degrees.y:.5f}, {degrees.x:.5f}"
        called = self.called(spot) if self.place.kind != "address" else ""
        hectares = round(shape.area / 10_000, 4) if shape.area else None
        kind = rules.word("kinds", self.place.kind, self.lang)
        return {
            "kind": self.place.kind,
            "kind_text": kind,
            "label": self.place.label or (coordinates if self.place.kind == "point" else kind),
            "address": called,
            "lat": round(degrees.y, plane.PLACES),
            "lon": round(degrees.x, plane.PLACES),
            "easting": round(spot.x, 1),
            "northing": round(spot.y, 1),
            "hectares": hectares,
            "hectares_text": f"{formatting.number(hectares, self.lang)}{formatting.NBSP}ha"
            if hectares
            else "",
        }

    def called(self, spot: BaseGeometry) -> str:
        """The nearest address, "" for none near by."""
        layers = self.sources.numbers("addresses")
        found = store.around(spot, dict.fromkeys(layers, float(CALLED)), most=20)
        if not found:
            return ""
        row = found[0]
        self.use(self.sources.by_number[row.layer])
        return finding.address_label(row.attributes)

    def use(self, source: Source) -> None:
        """Remember a source that the sheet names."""
        self.used[source.resource_id] = source

    # What touches

    def touches(self) -> list[dict[str, Any]]:
        """Rows of everything that lies on the place, and of what is expected and does not or is not known."""
        parcels = rules.table().role("parcels")
        asked = [parcels, *rules.table().part("touches"), OTHER]
        reaches = {
            source.number: float(rule.reach if source.kind != "area" else 0)
            for rule in asked
            for source in self.sources.of(rule)
            if source.answers
        }
        found: dict[tuple[str, str], list[Found]] = {}
        for one in store.around(self.place.shape, reaches, most=300):
            if not self.is_edge(one):
                rule = self.sources.by_number[one.layer].rule
                found.setdefault((rule.part, rule.code), []).append(one)
        rows = [self.touching(rule, found.get((rule.part, rule.code), [])) for rule in asked[:-1]]
        return [row for row in rows if row] + self.others(found.get((OTHER.part, OTHER.code), []))

    def is_edge(self, one: Found) -> bool:
        """Whether a feature has only its border in common with the area that is asked about."""
        part = plane.share(self.place.shape, one.shape)
        return part is not None and part < EDGE and part * self.place.shape.area < EDGE * one.shape.area

    def touching(self, rule: Rule, found: Sequence[Found]) -> dict[str, Any] | None:
        """The row of one rule; None where there is nothing to tell."""
        layers = self.sources.of(rule)
        if not found and not rule.expected and not any(source.answers for source in layers):
            return None
        state = "clear" if not found else "touches" if found[0].distance < NEXT else "close"
        row = self.row(rule, layers, state, self.distinct(rule, found), TOLD)
        if row["state"] == "clear" and rule.part == "role":
            return None
        words = rules.table().raw["words"]
        row["group"] = rule.group
        row["group_text"] = rules.said(rules.table().raw["groups"][rule.group], self.lang)
        row["note"] = rules.said(rule.note, self.lang) if row["state"] != "unknown" else ""
        if row["state"] == "clear":
            row["note"] = " ".join(
                filter(None, (rules.said(rule.clear or words["clear"], self.lang), row["note"]))
            )
        return row

    def others(self, found: Sequence[Found]) -> list[dict[str, Any]]:
        """A row for each other layer of areas that touches the place."""
        by_layer: dict[int, list[Found]] = {}
        for one in found:
            by_layer.setdefault(one.layer, []).append(one)
        rows = []
        for number, features in by_layer.items():
            source = self.sources.by_number[number]
            row = self.row(OTHER, [source], "touches", features, TOLD)
            row |= {"title": source.title(self.lang), "group": "other", "note": ""}
            row["group_text"] = rules.said(OTHER.title, self.lang)
            rows.append(row)
        return sorted(rows, key=lambda row: str(row["title"]))

    # What is near

    def near(self) -> list[dict[str, Any]]:
        """Rows of what lies within the distance, or where the nearest is."""
        rows = []
        asked = rules.table().part("near")
        within = self.around(asked, self.asked.distance, store.MEASURED)
        beyond = self.around([rule for rule in asked if rule.code not in within], store.FARTHEST, 60)
        for rule in asked:
            layers = self.sources.of(rule)
            if not rule.expected and not any(source.answers for source in layers):
                continue
            found = self.distinct(rule, within.get(rule.code, []))
            told = found or beyond.get(rule.code, [])[:1]
            row = self.row(rule, layers, "found" if found else "none", told, TOLD_NEAR)
            row["count"] = len(found)
            row["more_than"] = any(n >= store.MEASURED for n in Counter(one.layer for one in found).values())
            rows.append(row)
        return rows

    def around(self, asked: Iterable[Rule], metres: int, most: int) -> dict[str, list[Found]]:
        """Features within metres by their rule, the nearest first: one query for all rules that look for the same words."""
        numbers: dict[tuple[str, tuple[str, ...]] | None, list[int]] = {}
        for rule in asked:
            answering = [source.number for source in self.sources.of(rule) if source.answers]
            numbers.setdefault(rule.where, []).extend(answering)
        found: dict[str, list[Found]] = {}
        for where, layers in numbers.items():
            for one in store.around(self.place.shape, dict.fromkeys(layers, float(metres)), where, most):
                found.setdefault(self.sources.by_number[one.layer].rule.code, []).append(one)
        return found

    def distinct(self, rule: Rule, found: Sequence[Found]) -> list[Found]:
        """Features without those that a second layer tells again: of one name, and in one place."""
        if len({one.layer for one in found}) < 2:
            return list(found)
        kept: list[Found] = []
        by_label: dict[str, list[Found]] = {}
        for one in found:
            label = telling.label(rule, self.sources.by_number[one.layer], one.attributes, self.lang)
            twins = by_label.setdefault(label, [])
            if not any(twin.layer != one.layer and _same(twin, one) for twin in twins):
                twins.append(one)
                kept.append(one)
        return kept

    # Both

    def row(
        self, rule: Rule, layers: Sequence[Source], state: str, found: Sequence[Found], told: int
    ) -> dict[str, Any]:
        """What rows of both parts have: ``code``, ``title``, ``state``, ``reason``, ``objects``, ``count``, ``sources``."""
        answering = [source for source in layers if source.answers]
        reason = "" if answering else _silence(layers)
        if not answering:
            state = "unknown"
        elif any(source.stale for source in answering):
            reason = "stale"
        elif len(answering) < len(layers):
            reason = _silence([source for source in layers if not source.answers])
        for source in layers:
            self.use(source)
        objects = []
        for one in found[:told]:
            source = self.sources.by_number[one.layer]
            objects.append(telling.item(self.place.shape, one, rule, source, self.lang))
            self.shapes.append((one.shape, {"what": state, "code": rule.code, **_flat(objects[-1])}))
        return {
            "code": rule.code,
            "title": rules.said(rule.title, self.lang),
            "state": state,
            "state_text": rules.word("states", state, self.lang),
            "reason": reason,
            "reason_text": rules.word("reasons", reason, self.lang) if reason else "",
            "count": len(found),
            "objects": objects,
            "sources": [source.resource_id for source in layers],
        }


def _same(one: Found, other: Found) -> bool:
    """Whether two features have nearly the same box."""
    pairs = zip(one.shape.bounds, other.shape.bounds, strict=True)
    return all(abs(this - that) <= SAME for this, that in pairs)


def _silence(layers: Sequence[Source]) -> str:
    """Why layers don't answer."""
    if not layers:
        return "missing"
    states = {source.state for source in layers}
    return next((state for state in ("withheld", "failed", "waiting") if state in states), "waiting")


def _flat(item: Mapping[str, Any]) -> dict[str, Any]:
    """What a shape on the map says of itself."""
    told = {entry["label"]: entry["value"] for entry in item["columns"]}
    return {"label": item["label"], "distance": item["distance"], "source": item["source"], **told}
