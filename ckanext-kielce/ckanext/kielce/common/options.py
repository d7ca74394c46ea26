"""Declaring options: a room's own, and those of what all rooms share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from ckan.config.declaration import Declaration, Key

FILE = "config_declaration.yaml"


def declare(declaration: Declaration, plugin: str) -> None:
    """Declare the options of ``common`` and those beside a plugin's module.

    Every plugin that calls out or asks who is asking does so, for each runs without the others.

    :param plugin: path of the plugin's module, ``__file__``
    """
    shared, own = _read(Path(__file__)), _read(Path(plugin))
    if Key.from_string(shared["groups"][0]["options"][0]["key"]) not in declaration:
        declaration.load_dict(shared)
    declaration.load_dict(own)


def _read(module: Path) -> Any:
    return yaml.safe_load(module.with_name(FILE).read_text(encoding="utf-8"))
