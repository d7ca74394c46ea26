"""JSON-LD that is the same text whenever it says the same, so that a page of it can be told unchanged by its ETag."""

from __future__ import annotations

import json
import re
from typing import Any

#: Names that rdflib draws at random for nodes without an address.
_BLANK = re.compile(r"_:N[0-9a-f]{32}")


def canonical(text: str) -> str:
    """Number the blank nodes and put nodes and values in order; the order of neither means anything in JSON-LD.

    Nodes are ordered by what they say with blank names masked, so two that say the same may still change places.
    """
    data = json.loads(text)
    nodes = data.get("@graph", []) if isinstance(data, dict) else data
    nodes.sort(key=_masked)
    names: dict[str, str] = {}
    for node in nodes:
        if _BLANK.fullmatch(str(node.get("@id", ""))):
            names.setdefault(node["@id"], f"_:b{len(names)}")
    named = _BLANK.sub(lambda found: names.setdefault(found[0], f"_:b{len(names)}"), json.dumps(data))
    return json.dumps(_ordered(json.loads(named), top=True), ensure_ascii=False, indent=1)


def _masked(value: Any) -> str:
    return _BLANK.sub("_:", json.dumps(value, sort_keys=True))


def _ordered(value: Any, *, top: bool = False) -> Any:
    if isinstance(value, dict):
        # The nodes of a graph are in order already.
        return {key: _ordered(value[key], top=top and key == "@graph") for key in sorted(value)}
    if isinstance(value, list):
        inner = [_ordered(item) for item in value]
        return inner if top else sorted(inner, key=lambda item: json.dumps(item, sort_keys=True))
    return value
