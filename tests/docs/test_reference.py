"""Every action, option and command is documented, and nothing is documented that does not exist."""

from __future__ import annotations

import ast
import importlib
import re
from pathlib import Path

import click
import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "ckanext-kielce" / "ckanext" / "kielce"
REFERENCE = ROOT / "docs" / "reference"


def headings() -> set[str]:
    """The names documented: every third-level heading of the reference, without its code marks."""
    found: set[str] = set()
    for path in sorted(REFERENCE.glob("*.md")):
        for line in path.read_text().splitlines():
            if line.startswith("### "):
                found.add(line[4:].strip().strip("`").split("(")[0].strip())
    return found


def actions() -> list[str]:
    """Public action functions of every room (``logic/action*.py``)."""
    names: list[str] = []
    for path in sorted(PACKAGE.glob("*/logic/action*.py")):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("kielce_"):
                names.append(node.name)
    return names


def options() -> list[tuple[str, dict[str, object]]]:
    """Declared options of every room: key and declaration."""
    found: list[tuple[str, dict[str, object]]] = []
    for path in sorted(PACKAGE.glob("*/config_declaration.yaml")):
        for group in yaml.safe_load(path.read_text())["groups"]:
            found += [(option["key"], option) for option in group["options"]]
    return found


def commands() -> list[str]:
    """Every command below ``ckan kielce``, with its path."""
    for path in sorted(PACKAGE.glob("*/cli.py")):
        importlib.import_module(f"ckanext.kielce.{path.parent.name}.cli")
    from ckanext.kielce.common.cli import kielce

    found: list[str] = []

    def walk(command: click.Command, path: str) -> None:
        if isinstance(command, click.Group):
            for name, child in sorted(command.commands.items()):
                walk(child, f"{path} {name}")
        else:
            found.append(path)

    walk(kielce, "ckan kielce")
    return found


def test_something_is_there_to_document() -> None:
    assert len(actions()) > 5
    assert len(options()) > 5
    assert len(commands()) > 5


@pytest.mark.parametrize("name", actions())
def test_every_action_is_documented(name: str) -> None:
    assert name in headings()


@pytest.mark.parametrize("key", [key for key, _ in options()])
def test_every_option_is_documented(key: str) -> None:
    assert key in headings()


@pytest.mark.parametrize(("key", "option"), options(), ids=[key for key, _ in options()])
def test_the_documented_default_is_the_declared_one(key: str, option: dict[str, object]) -> None:
    """Below an option's heading the reference says ``Default: `…```."""
    text = "\n".join(path.read_text() for path in REFERENCE.glob("*.md"))
    section = re.search(rf"^### `?{re.escape(key)}`?$(.*?)(?=^#|\Z)", text, re.MULTILINE | re.DOTALL)
    assert section, f"no heading for {key}"
    documented = re.search(r"^Default: `([^`]*)`", section[1], re.MULTILINE)
    assert documented, f"{key}: the section has no line “Default: `…`”"
    declared = option.get("default", "")
    assert documented[1] == (str(declared).lower() if isinstance(declared, bool) else str(declared))


@pytest.mark.parametrize("path", commands())
def test_every_command_is_documented(path: str) -> None:
    assert path in headings()


def test_nothing_is_documented_that_is_not_there() -> None:
    real = set(actions()) | {key for key, _ in options()} | set(commands())
    claimed = {name for name in headings() if name.startswith(("kielce_", "ckanext.kielce.", "ckan kielce "))}
    assert claimed - real == set()


def test_every_option_has_a_description() -> None:
    assert [key for key, option in options() if not option.get("description")] == []
