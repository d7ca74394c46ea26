"""The city's dataset schemas and vocabularies, as data.

ckanext-scheming imports this package before it opens a schema file in it and reads the file with PyYAML's safe
loader. Importing it adds two tags to that loader, so that what several dataset types share is written once:

``!kielce/fields [parts/what.yaml, parts/rights.yaml]``
    the fields of those files (paths relative to this folder), one list after the other;
``!kielce/choices frequencies``
    the entries of ``vocabularies/frequencies.yaml`` as the choices of a field (``value``, ``label`` in pl and en).

The files stay valid YAML for every other tool, and nothing generated is stored.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).resolve().parent


def read(relative: str) -> Any:
    """Return the content of a YAML file of this folder; ValueError when the path leaves the folder."""
    path = (FOLDER / relative).resolve()
    if FOLDER not in path.parents:
        raise ValueError(f"{relative}: schemas may only include files of {FOLDER.name}/")
    with path.open(encoding="utf-8") as file:
        return yaml.safe_load(file)


def _fields(loader: yaml.SafeLoader, node: yaml.Node) -> list[dict[str, Any]]:
    if not isinstance(node, yaml.SequenceNode):
        raise yaml.constructor.ConstructorError(None, None, "!kielce/fields takes a list of files", node.start_mark)
    return [field for name in loader.construct_sequence(node) for field in read(name)]


def _choices(loader: yaml.SafeLoader, node: yaml.Node) -> list[dict[str, Any]]:
    if not isinstance(node, yaml.ScalarNode):
        raise yaml.constructor.ConstructorError(None, None, "!kielce/choices takes a name", node.start_mark)
    entries = read(f"vocabularies/{loader.construct_scalar(node)}.yaml")["entries"]
    return [
        {"value": entry.get("uri") or entry["code"], "label": {"pl": entry["pl"], "en": entry["en"]}}
        for entry in entries
    ]


yaml.SafeLoader.add_constructor("!kielce/fields", _fields)
yaml.SafeLoader.add_constructor("!kielce/choices", _choices)
