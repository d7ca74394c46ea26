"""What no action of CKAN is made to read: refused before the action is called, with the name of the parameter.

CKAN 2.12 answers 500 to many a mistaken question: PostgreSQL takes no NUL character and no number beyond its types, lists
where a word is awaited end in a failing statement, deeply nested JSON exhausts the parser. The types are those that the
actions' own docstrings name, so a new action needs no entry here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from ckan.logic import get_action
from ckan.plugins import toolkit as tk
from ckanext.kielce.api import docstrings, problems
from ckanext.kielce.common.marking import N_
from flask import Response, request
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

#: Nesting of JSON that any of our actions needs, with room to spare.
DEEPEST = 30
#: Greatest number of PostgreSQL's integer, which offsets, limits and rows become.
GREATEST = 2**31 - 1
WHOLE_BITS = 63
TRUTHS = frozenset({"true", "yes", "on", "y", "t", "1", "false", "no", "off", "n", "f", "0"})
#: Parameters that become part of a query as they are: a number there ends in a failing statement.
IDS = frozenset({"id", "resource_id", "name"})


def check() -> Response | None:
    """Refuse a call of an action that cannot be answered; called before every view."""
    if "\x00" in request.path:
        if request.path.startswith("/api/"):
            return problems.answer(400, tk._("The address must not hold a NUL character."))
        return tk.abort(404)
    if request.endpoint != "api.action":
        return None
    name = str((request.view_args or {}).get("logic_function"))
    try:
        action = get_action(name)
    except KeyError:
        return None
    try:
        params = _params()
        errors = {key: [why] for key, why in _faults(params)}
    except RecursionError:
        errors = {"message": [tk._("The JSON is nested too deeply.")]}
        params = {}
    if not errors and getattr(action, "side_effect_free", False):
        errors = {key: [why] for key, why in _mistyped(name, params)}
    if not errors:
        return None
    detail = " ".join(f"{key}: {words[0]}" for key, words in errors.items())
    return problems.answer(400, detail, errors=errors, ckan_type="Validation Error")


def _params() -> dict[str, Any]:
    """What CKAN will hand to the action; {} where CKAN itself refuses the body."""
    if request.method == "POST" and request.form:
        form = {key: values[0] if len(values) == 1 else values for key, values in request.form.lists()}
        only = next(iter(form)) if len(form) == 1 else None
        # A form of one key without a value is JSON to CKAN: that is how `curl -d '{…}'` sends it.
        return _object(only) if only is not None and form[only] in ("", "1") else form
    if request.args and request.method == "GET":
        return {key: values[0] if len(values) == 1 else values for key, values in request.args.lists()}
    if not request.data:
        return {}
    try:
        found = request.get_json()
    except (BadRequest, UnsupportedMediaType):
        return {}
    return found if isinstance(found, dict) else {}


def _object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _faults(params: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Values that no action can take."""
    for key, value in params.items():
        if "\x00" in key:
            yield key.replace("\x00", ""), tk._("must not hold a NUL character")
        elif why := fault(value):
            yield key, tk._(why)


def fault(value: Any, depth: int = 0) -> str:
    """Why a value cannot be taken, as a msgid; "" for one that can."""
    if depth > DEEPEST:
        return N_("is nested too deeply")
    if isinstance(value, str) and "\x00" in value:
        return N_("must not hold a NUL character")
    if isinstance(value, str) and any("\ud800" <= sign <= "\udfff" for sign in value):
        return N_("must not hold half a character")
    if isinstance(value, int) and value.bit_length() > WHOLE_BITS:
        return N_("is too large a number")
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return N_("must be a number")
    inside: list[Any] = []
    if isinstance(value, dict):
        inside = [*value.keys(), *value.values()]
    elif isinstance(value, list):
        inside = value
    return next((why for item in inside if (why := fault(item, depth + 1))), "")


def _mistyped(name: str, params: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Values that are not of the type which the action's docstring, or the table, names."""
    types = types_of(name)
    for key, value in params.items():
        kind = "name" if key in IDS else types.get(key, "")
        if value is not None and kind in WRONG and not CHECKS[kind](value):
            yield key, tk._(WRONG[kind])


def types_of(name: str) -> dict[str, str]:
    """Type of each parameter of an action: the docstring's, or the table's; "" for one that is not checked."""
    types = {parameter.name: parameter.type for parameter in docstrings.told(name).parameters}
    types |= {key: kind for key, kind in table()["by_name"].items() if types.get(key) == ""}
    return types | table()["actions"].get(name, {})


@cache
def table() -> dict[str, Any]:
    """The table of types: ``by_name`` and ``actions``."""
    found: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("types.yaml").read_text(encoding="utf-8"))
    return found


def is_text(value: Any) -> bool:
    """True for one text."""
    return isinstance(value, str)


def are_texts(value: Any) -> bool:
    """True for one text or a list of texts."""
    return isinstance(value, str) or (
        isinstance(value, list) and all(isinstance(item, str) for item in value)
    )


def are_conditions(value: Any) -> bool:
    """True for what may be filters of the DataStore; it fails on an empty list."""
    if isinstance(value, str):
        return value.replace(" ", "") != "[]"
    return isinstance(value, dict) or (isinstance(value, list) and bool(value))


def is_truth(value: Any) -> bool:
    """True for what CKAN's `asbool` reads as yes or no; on anything else it fails."""
    if isinstance(value, str):
        return value.strip().lower() in TRUTHS
    return isinstance(value, bool | int)


def is_whole(value: Any) -> bool:
    """True for a whole number within PostgreSQL's integer, also as text."""
    if isinstance(value, bool):
        return False
    if isinstance(value, int):
        return abs(value) <= GREATEST
    text = value.strip().removeprefix("-") if isinstance(value, str) else ""
    return text.isascii() and text.isdigit() and len(text) <= 10 and int(text) <= GREATEST


def is_natural(value: Any) -> bool:
    """True for a whole number from 0 up."""
    return is_whole(value) and int(value) >= 0


CHECKS = {
    "integer": is_whole,
    "natural": is_natural,
    "boolean": is_truth,
    "string": is_text,
    "name": is_text,
    "texts": are_texts,
    "conditions": are_conditions,
}
#: Type -> what to say of a value that is not of it.
WRONG = {
    "integer": N_("must be a whole number"),
    "natural": N_("must be a whole number, 0 or more"),
    "boolean": N_("must be true or false"),
    "string": N_("must be one text"),
    "name": N_("must be an id or a name"),
    "texts": N_("must be a text or a list of texts"),
    "conditions": N_("must be a JSON object"),
}
