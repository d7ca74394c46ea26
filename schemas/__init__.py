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

import copy
import json
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).resolve().parent
#: The safe loader, in C where PyYAML has it.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read(relative: str) -> Any:
    """Return the content of a YAML or JSON file of this folder; ValueError when the path leaves the folder."""
    path = (FOLDER / relative).resolve()
    if FOLDER not in path.parents:
        raise ValueError(f"{relative}: schemas may only include files of {FOLDER.name}/")
    return copy.deepcopy(_parsed(path, path.stat().st_mtime_ns))


@cache
def _parsed(path: Path, _changed: int) -> Any:
    """A file's content, parsed once: every process reads the parts of each schema several times when it starts."""
    text = path.read_text(encoding="utf-8")
    return json.loads(text) if path.suffix == ".json" else yaml.load(text, Loader=LOADER)  # noqa: S506 - a safe one


def vocabulary(name: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return header and entries of a vocabulary file.

    Each entry gets ``code``, ``uri`` (None where the vocabulary has none) and ``value``, which is what datasets
    store: the URI, or the code where there is no URI or the header says ``store: code``.
    """
    header = read(f"vocabularies/{name}.yaml")
    raw = header.pop("entries", None) or read(f"vocabularies/{header['entries_file']}")
    base = header.get("base_uri")
    entries = []
    for item in raw:
        code = str(item.get("code") or item["id"])
        uri = item.get("uri") or (base + code if base else None)
        value = code if header.get("store") == "code" else uri or code
        entries.append({**item, "code": code, "uri": uri, "value": value})
    return header, entries


def _fields(loader: yaml.SafeLoader, node: yaml.Node) -> list[dict[str, Any]]:
    if not isinstance(node, yaml.SequenceNode):
        raise yaml.constructor.ConstructorError(
            None, None, "!kielce/fields takes a list of files", node.start_mark
        )
    return [field for name in loader.construct_sequence(node) for field in read(name)]


def _choices(loader: yaml.SafeLoader, node: yaml.Node) -> list[dict[str, Any]]:
    if not isinstance(node, yaml.ScalarNode):
        raise yaml.constructor.ConstructorError(None, None, "!kielce/choices takes a name", node.start_mark)
    _, entries = vocabulary(str(loader.construct_scalar(node)))
    return [{"value": e["value"], "label": {"pl": e["pl"], "en": e["en"]}} for e in entries]


for _loader in {LOADER, yaml.SafeLoader}:
    _loader.add_constructor("!kielce/fields", _fields)
    _loader.add_constructor("!kielce/choices", _choices)
