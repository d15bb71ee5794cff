"""What the push API says of itself: beside what FastAPI finds, a body for each source with its columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.metrics.metric import How

if TYPE_CHECKING:
    from fastapi import FastAPI

    from core.metrics.source import Source
    from core.workspace import Workspace

Json = dict[str, Any]
_PATH = "/sources/{source}/rows"
_TEXT: Json = {"type": ["string", "number", "null"]}
_NUMBER: Json = {
    "anyOf": [
        {"type": ["number", "null"], "exclusiveMinimum": -1e100, "exclusiveMaximum": 1e100},
        {"type": "string", "pattern": "^(-?[0-9]{1,9}([.][0-9]{1,6})?[万亿%]?)?$"},
    ]
}


def described(api: FastAPI, workspace: Workspace) -> Json:
    """Return the description; FastAPI keeps it, so it is made once."""
    from fastapi.openapi.utils import get_openapi

    if api.openapi_schema:
        return api.openapi_schema
    told = get_openapi(title=api.title, version=api.version, description=api.description, routes=api.routes)
    told["servers"] = [{"url": "/api/v1"}]
    sources = [one for one in workspace.catalog.sources.values() if one.push]
    general = told["paths"].pop(_PATH)["post"]
    for one in sources:
        told["components"]["schemas"][f"Row_{one.name}"] = _row(one)
        told["paths"][_PATH.format(source=one.name)] = {"post": _push(general, one)}
    api.openapi_schema = told
    return told


def _push(general: Json, source: Source) -> Json:
    """Return how rows of one source are brought; each has a path of its own, so that its columns can be told."""
    batch = {"type": "array", "minItems": 1, "items": {"$ref": f"#/components/schemas/Row_{source.name}"}}
    rows = {"type": "object", "required": ["rows"], "properties": {"rows": batch}, "additionalProperties": False}
    example = _example(source)
    return general | {
        "operationId": f"push_{source.name}",
        "summary": f"Bring rows of {source.name}",
        "parameters": [each for each in general["parameters"] if each["name"] != "source"],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {"anyOf": [batch, rows]},
                    "examples": {source.name: {"value": {"rows": [example]}}},
                },
                "text/csv": {
                    "schema": {"type": "string", "minLength": 1},
                    "examples": {source.name: {"value": _csv(example)}},
                },
            },
        },
    }


def _row(source: Source) -> Json:
    example = _example(source)
    numbers = {one.column for one in source.measures.values() if one.how in (How.SUM, How.LAST)}
    cells = {name: _NUMBER if name in numbers else _TEXT for name in example}
    return {
        "type": "object",
        "description": f"A row of {source.name}. A number may be written as people do: 1.2万, 2.35%, --.",
        "required": list(example),
        "properties": cells | {source.time: {"type": "string", "format": "date"}},
        "examples": [example],
    }


def _example(source: Source) -> Json:
    found: Json = {source.time: "2026-06-18"}
    found |= dict.fromkeys(source.dimensions.values(), "微信")
    for measure in source.measures.values():
        if measure.column:
            found.setdefault(measure.column, 1200)
        for condition in measure.where:
            found.setdefault(condition.column, condition.values[0] if condition.values else "x")
    return found


def _csv(row: Json) -> str:
    return ",".join(row) + "\n" + ",".join(map(str, row.values())) + "\n"
