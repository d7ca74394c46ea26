"""Our own paths in the OpenAPI document, by the table ``own_paths.yaml``. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from ckanext.kielce.api.catalogue_of_tables import Known

TABLE: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("own_paths.yaml").read_text(encoding="utf-8"))
WORDS: dict[str, dict[str, Any]] = TABLE["words"]
PROBLEMS = {
    "429": {"$ref": "#/components/responses/Limited"},
    "4XX": {"$ref": "#/components/responses/Problem"},
    "503": {"$ref": "#/components/responses/Problem"},
}
HEADERS = {
    "ETag": {"schema": {"type": "string"}},
    "RateLimit": {"schema": {"type": "string"}},
    "RateLimit-Policy": {"schema": {"type": "string"}},
}
LINK = {"Link": {"schema": {"type": "string"}}}
_ROWS = ("limit", "cursor", "fields", "filters", "sort", "q", "total")


def parameter(key: str, lang: str, example: Any = None) -> dict[str, Any]:
    """A parameter of the table as OpenAPI writes it."""
    entry = TABLE["parameters"][key]
    found = {
        "name": entry.get("name", key),
        "in": entry.get("in", "query"),
        "description": entry[lang],
        "schema": dict(entry["schema"]),
    }
    if found["in"] == "path":
        found["required"] = True
    if example is not None:
        found["example"] = example
    return found


def paths(lang: str, samples: Mapping[str, str]) -> dict[str, Any]:
    """Our own paths."""
    from ckanext.kielce.api.openapi import filled

    found = {}
    for path, entry in TABLE["paths"].items():
        example = filled(entry["example"], samples, lang)
        found[path] = {
            "get": {
                "operationId": entry["id"],
                "summary": entry[lang],
                "tags": ["ours"],
                "parameters": [
                    parameter(key, lang, example.get(TABLE["parameters"][key].get("name", key)))
                    for key in entry["parameters"]
                ],
                "responses": _responses(lang, f"#/components/schemas/{entry['schema']}"),
            }
        }
    return found


def table_rows(table: Known, schema: str, lang: str) -> dict[str, Any]:
    """The operation that reads one table's rows."""
    say, about = WORDS[lang], table.listed
    name = (about.resource_en if lang == "en" else "") or about.resource
    title = (about.title_en if lang == "en" else "") or about.title
    rows = {
        "allOf": [
            {"$ref": "#/components/schemas/Rows"},
            {"properties": {"rows": {"type": "array", "items": {"$ref": f"#/components/schemas/{schema}"}}}},
        ]
    }
    return {
        "operationId": f"rows_{about.resource_id}",
        "summary": say["rows_of"].format(name=name),
        "description": say["rows_text"].format(title=title),
        "tags": ["tables"],
        "parameters": [{"$ref": f"#/components/parameters/{key}"} for key in _ROWS],
        "responses": _responses(lang, rows),
    }


def shared_parameters(lang: str) -> dict[str, Any]:
    """The parameters that every table's rows take, said once."""
    return {key: parameter(key, lang) for key in _ROWS}


def _responses(lang: str, schema: str | Mapping[str, Any]) -> dict[str, Any]:
    wanted = {"$ref": schema} if isinstance(schema, str) else schema
    return {
        "200": {
            "description": WORDS[lang]["answer"],
            "headers": {**HEADERS, **LINK},
            "content": {"application/json": {"schema": wanted}},
        },
        **PROBLEMS,
    }


def responses(lang: str) -> dict[str, Any]:
    """Answers that every path has in common."""
    problem = {
        kind: {"schema": {"$ref": "#/components/schemas/Problem"}}
        for kind in ("application/problem+json", "application/json")
    }
    retry = {"Retry-After": {"schema": {"type": "integer"}}}
    return {
        "Problem": {"description": WORDS[lang]["problem"], "content": problem},
        "Limited": {"description": WORDS[lang]["limited"], "headers": retry, "content": problem},
    }


def schemas(lang: str) -> dict[str, Any]:
    """Shapes of answers."""
    text, maybe = {"type": "string"}, {"type": ["string", "null"]}
    column = {
        "type": "object",
        "required": ["name"],
        "properties": {
            "name": text,
            "type": text,
            "title": text,
            "unit": text,
            "description": text,
            "example": {},
        },
    }
    columns = {"type": "array", "items": column}
    return {
        "Problem": {
            "type": "object",
            "description": WORDS[lang]["problem"],
            "required": ["type", "title", "status", "detail", "instance", "success", "error"],
            "properties": {
                "type": {"type": "string", "format": "uri"},
                "title": text,
                "status": {"type": "integer"},
                "detail": text,
                "instance": text,
                "success": {"const": False},
                "error": {"type": "object", "required": ["__type"], "properties": {"__type": text}},
                "errors": {"type": "object"},
            },
        },
        "Answer": {
            "type": "object",
            "required": ["success", "result"],
            "properties": {"help": text, "success": {"const": True}, "result": {}},
        },
        "Anything": {"type": "object"},
        "Datasets": {
            "type": "object",
            "required": ["count", "datasets", "next"],
            "properties": {
                "count": {"type": "integer"},
                "datasets": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "required": ["id", "name", "title", "modified", "links"],
                        "properties": {"id": text, "name": text, "title": text, "modified": text},
                    },
                },
                "next": maybe,
            },
        },
        "Table": {
            "type": "object",
            "required": ["id", "dataset", "version", "columns", "links"],
            "properties": {"id": text, "name": text, "version": text, "columns": columns},
        },
        "Rows": {
            "type": "object",
            "required": ["resource_id", "version", "columns", "rows", "next"],
            "properties": {
                "resource_id": text,
                "version": text,
                "columns": columns,
                "rows": {"type": "array", "items": {"type": "object"}},
                "next": maybe,
                "total": {"type": "integer"},
            },
        },
        "Changes": {
            "type": "object",
            "required": ["results"],
            "properties": {"results": {"type": "array", "items": {"type": "object"}}},
        },
    }
