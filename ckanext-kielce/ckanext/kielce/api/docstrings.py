"""What the running actions say of themselves: the innermost docstring of a chain, and its parameters."""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from ckan.logic import get_action

_FIELD = re.compile(r"^:(param|type|returns?|rtype)(?: +([\w.]+))? *:[ \t]*", re.MULTILINE)
_ROLE = re.compile(r":\w+(?::\w+)?:`~?([^`]*)`")
#: Words by which docstrings name types -> type of JSON Schema.
TYPES = {
    "int": "integer",
    "integer": "integer",
    "bool": "boolean",
    "boolean": "boolean",
    "string": "string",
    "str": "string",
}


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter as the docstring tells it; ``type`` is JSON Schema's, "" where it is not one of the plain ones."""

    name: str
    type: str
    text: str


@dataclass(frozen=True, slots=True)
class Told:
    """A docstring taken apart: first sentence, the rest, parameters, what is returned."""

    summary: str
    text: str
    parameters: tuple[Parameter, ...]
    returns: str


def innermost(action: Callable[..., Any]) -> Callable[..., Any]:
    """The function that a chain of wrappers and plugins ends in: it is the one that is documented."""
    found: Any = action
    while True:
        if isinstance(found, functools.partial):
            found = found.args[0] if found.args else found.func
        elif hasattr(found, "__wrapped__"):
            found = found.__wrapped__
        else:
            return found


@functools.cache
def told(name: str) -> Told:
    """The docstring of an action, taken apart. Raises `KeyError` for an unknown one."""
    return parse(inspect.getdoc(innermost(get_action(name))) or "")


def parse(text: str) -> Told:
    """Take a docstring in Sphinx' form apart."""
    marks = list(_FIELD.finditer(text))
    head = text[: marks[0].start()] if marks else text
    types: dict[str, str] = {}
    texts: dict[str, str] = {}
    returns = ""
    for mark, after in zip_longest(marks, marks[1:]):
        end = after.start() if after is not None else len(text)
        kind, name = mark[1], mark[2]
        # What follows a blank line belongs to the docstring again, not to the field.
        words = _plain(text[mark.end() : end].split("\n\n")[0])
        if kind == "param" and name:
            texts[name] = words
        elif kind == "type" and name:
            types[name] = words.split(" ")[0].strip("`.,").lower() if " or " not in words else ""
            if words.lower().startswith("list"):
                types[name] = ""
        elif kind.startswith("return"):
            returns = words
    head = _plain(head.replace("\n\n", "\x1f")).replace("\x1f", "\n\n")
    first, _stop, rest = head.partition("\n\n")
    parameters = tuple(
        Parameter(name, TYPES.get(types.get(name, ""), ""), words) for name, words in texts.items()
    )
    return Told(first.strip(), rest.strip(), parameters, returns)


def _plain(text: str) -> str:
    text = _ROLE.sub(r"\1", text).replace("``", "`")
    return (
        " ".join(text.split())
        if "\x1f" not in text
        else "\x1f".join(" ".join(p.split()) for p in text.split("\x1f"))
    )
