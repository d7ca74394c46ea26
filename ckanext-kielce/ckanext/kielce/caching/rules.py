"""Which answers may be kept, and for how long: the table in ``rules.yaml``."""

from __future__ import annotations

import fnmatch
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

TYPE = "{type}"


@dataclass(frozen=True)
class Kind:
    """A class of answers."""

    name: str
    seconds: int
    """For which a shared cache may keep it at most."""
    lists: bool
    """Whether a change of any dataset may change it."""
    stale: int
    """Seconds for which it may still be given while the next one is fetched."""


@lru_cache(maxsize=1)
def table() -> dict[str, Any]:
    """The file as it is."""
    text = Path(__file__).with_name("rules.yaml").read_text(encoding="utf-8")
    return dict(yaml.safe_load(text))


@lru_cache(maxsize=1)
def kinds() -> dict[str, Kind]:
    """The classes by name."""
    return {name: Kind(name, **values) for name, values in table()["classes"].items()}


@lru_cache(maxsize=512)
def kind_of(endpoint: str, action: str | None, types: tuple[str, ...]) -> Kind:
    """The class of an answer.

    :param endpoint: Flask's name of the view
    :param action: function of the action API, for ``api.action``
    :param types: the portal's dataset types, each of which has endpoints of its own
    """
    if endpoint == "api.action":
        return kinds()[table()["actions"].get(action, "other")]
    for pattern, name in table()["endpoints"]:
        wanted = [pattern.replace(TYPE, each) for each in types] if TYPE in pattern else [pattern]
        if any(fnmatch.fnmatchcase(endpoint, one) for one in wanted):
            return kinds()[name]
    return kinds()["other"]
