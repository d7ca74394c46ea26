"""The list of layers that sheets are answered from; what is expected and not there is listed too."""

from __future__ import annotations

from typing import Any

from ckanext.kielce.common import changes
from ckanext.kielce.places import rules, sources


def listed(lang: str) -> list[dict[str, Any]]:
    """Layers in the order of the rules, then expected themes without a layer."""
    loaded = sources.load()
    changes.show({source.package_id for source in loaded.every})
    asked = [*rules.table().rules, rules.OTHER]
    rows = []
    for rule in asked:
        theme = {"part": rule.part, "code": rule.code, "theme": _theme(rule, lang)}
        for source in loaded.of(rule):
            told = {"state": source.state, "problem": source.problem, "features": source.features}
            rows.append({**theme, **told, **sources.described(source, lang)})
        if rule.expected and not loaded.of(rule):
            rows.append({**theme, "state": "missing", "problem": "", "features": 0})
    return rows


def _theme(rule: rules.Rule, lang: str) -> str:
    return rules.said(rule.title, lang) or rules.said(rules.table().raw["words"]["roles"][rule.code], lang)
