"""The OpenAPI 3.1 document: public reads of the running portal, and every public table with its columns."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from ckanext.kielce.api import docstrings, guard, own_paths
from ckanext.kielce.api.catalogue_of_tables import Known
from ckanext.kielce.api.tables import json_type

VERSION = "3.1.0"
#: Changes when what is generated does; with the tables' versions it is the version of the document.
SHAPE = 4
#: Type of a parameter, as `guard` knows it -> its schema.
SCHEMAS: Mapping[str, Mapping[str, Any]] = {
    "integer": {"type": "integer", "minimum": 0, "maximum": guard.GREATEST},
    "natural": {"type": "integer", "minimum": 0, "maximum": guard.GREATEST},
    "boolean": {"type": "boolean"},
    "string": {"type": "string"},
    "texts": {"type": "string"},
    "conditions": {"type": "string", "contentMediaType": "application/json"},
}


@cache
def reads() -> dict[str, dict[str, Any]]:
    """The table of public reads: action -> ``pl``, ``en``, ``required``, ``example``."""
    found: dict[str, dict[str, Any]] = yaml.safe_load(
        Path(__file__).with_name("reads.yaml").read_text(encoding="utf-8")
    )["actions"]
    return found


def running() -> list[str]:
    """Names of the public reads that this portal has, in the table's order."""
    found = []
    for name in reads():
        try:
            docstrings.told(name)
        except KeyError:
            continue
        found.append(name)
    return found


def document(
    *,
    site: str,
    title: str,
    lang: str,
    tables: Sequence[Known],
    all_tables: int,
    samples: Mapping[str, str],
    dataset: str = "",
) -> dict[str, Any]:
    """The whole document.

    :param site: address of the portal without a slash at the end
    :param all_tables: how many public tables there are; more than ``tables`` is told in the description
    :param samples: what stands for ``{dataset}``, ``{table}`` and the like in examples
    :param dataset: title of the one dataset that it is about; then it has that dataset's tables only
    """
    say = own_paths.WORDS[lang]
    about = say["about_dataset"].format(title=dataset) if dataset else say["about"]
    if len(tables) < all_tables:
        about += "\n\n" + say["more_tables"].format(shown=len(tables), all=all_tables)
    paths: dict[str, Any] = {}
    schemas: dict[str, Any] = own_paths.schemas(lang)
    if not dataset:
        paths |= own_paths.paths(lang, samples)
        for name in running():
            paths[f"/api/3/action/{name}"] = {"get": _action(name, lang, samples)}
    for table in tables:
        path, schema_name = f"/api/tables/{table.listed.resource_id}/rows", f"Row_{_key(table)}"
        schemas[schema_name] = row_schema(table)
        paths[path] = {"get": own_paths.table_rows(table, schema_name, lang)}
    return {
        "openapi": VERSION,
        "info": {
            "title": f"{title}: {dataset}" if dataset else title,
            "version": "1",
            "description": about,
            "license": {"name": "CC0-1.0", "identifier": "CC0-1.0"},
        },
        "servers": [{"url": site}],
        "tags": [{"name": key, "description": text} for key, text in say["tags"].items()],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "parameters": own_paths.shared_parameters(lang),
            "responses": own_paths.responses(lang),
            "securitySchemes": {
                "token": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "Authorization",
                    "description": say["token"],
                }
            },
        },
        "security": [{}, {"token": []}],
    }


def _key(table: Known) -> str:
    return table.listed.resource_id.replace("-", "_")


def row_schema(table: Known) -> dict[str, Any]:
    """JSON Schema of a row: each column with type, title, unit, meaning and the value of the first row."""
    properties: dict[str, Any] = {"_id": {"type": "integer"}}
    for field in table.fields:
        schema: dict[str, Any] = json_type(field)
        if "type" in schema:
            schema["type"] = [schema["type"], "null"]
        if field.label:
            schema["title"] = field.label
        words = ". ".join(part for part in (field.notes, f"[{field.unit}]" if field.unit else "") if part)
        if words:
            schema["description"] = words
        if field.unit:
            schema["x-unit"] = field.unit
        if table.example.get(field.id) is not None:
            schema["examples"] = [table.example[field.id]]
        properties[field.id] = schema
    return {"type": "object", "title": table.listed.resource, "properties": properties}


def _action(name: str, lang: str, samples: Mapping[str, str]) -> dict[str, Any]:
    entry, told = reads()[name], docstrings.told(name)
    required = set(entry.get("required", ()))
    example = filled(entry.get("example", {}), samples, lang)
    parameters, types = [], guard.types_of(name)
    for parameter in told.parameters:
        schema: dict[str, Any] = dict(SCHEMAS.get(types[parameter.name], {}))
        found: dict[str, Any] = {"name": parameter.name, "in": "query", "schema": schema}
        if parameter.text:
            found["description"] = parameter.text
        if parameter.name in required:
            found["required"] = True
        if parameter.name in example:
            found["example"] = example[parameter.name]
        parameters.append(found)
    return {
        "operationId": name,
        "summary": entry[lang],
        "description": f"{told.summary}\n\n{told.text}".strip(),
        "tags": ["ours" if name.startswith("kielce_") else "ckan"],
        "parameters": parameters,
        "responses": {
            "200": {
                "description": told.returns or own_paths.WORDS[lang]["answer"],
                "headers": own_paths.HEADERS,
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Answer"}}},
            },
            **own_paths.PROBLEMS,
        },
    }


def filled(example: Mapping[str, Any], samples: Mapping[str, str], lang: str) -> dict[str, Any]:
    """An example's parameters with what is there in place of ``{dataset}`` and the like; what is missing is left out."""
    have = {**samples, "lang": lang}
    found = {}
    for key, value in example.items():
        wanted = re.fullmatch(r"\{(\w+)\}", value) if isinstance(value, str) else None
        if wanted is None:
            found[key] = value
        elif have.get(wanted[1]):
            found[key] = have[wanted[1]]
    return found
