"""What the push API says of itself: beside what FastAPI finds, a body for each source with its columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fastapi import FastAPI

    from core.metrics.source import Source
    from core.workspace import Workspace

Json = dict[str, Any]
_PATH = "/sources/{source}/rows"
_CELL: Json = {"type": ["string", "number", "null"]}


def described(api: FastAPI, workspace: Workspace) -> Json:
    """Return the description; FastAPI keeps it, so it is made once."""
    from fastapi.openapi.utils import get_openapi

    if api.openapi_schema:
        return api.openapi_schema
    told = get_openapi(title=api.title, version=api.version, description=api.description, routes=api.routes)
    told["servers"] = [{"url": "/api/v1"}]
    sources = [one for one in workspace.catalog.sources.values() if one.push]
    for one in sources:
        told["components"]["schemas"][f"Row_{one.name}"] = _row(one)
    push = told["paths"][_PATH]["post"]
    rows = [{"$ref": f"#/components/schemas/Row_{one.name}"} for one in sources] or [{"type": "object"}]
    batch = {"type": "array", "minItems": 1, "items": {"anyOf": rows}}
    push["requestBody"] = {
        "required": True,
        "content": {
            "application/json": {
                "schema": {"anyOf": [batch, {"type": "object", "required": ["rows"], "properties": {"rows": batch}}]},
                "examples": {one.name: {"value": {"rows": [_example(one)]}} for one in sources},
            },
            "text/csv": {
                "schema": {"type": "string", "minLength": 1},
                "examples": {one.name: {"value": _csv(_example(one))} for one in sources},
            },
        },
    }
    if sources:
        parameter = next(each for each in push["parameters"] if each["name"] == "source")
        parameter["schema"] = {"type": "string", "enum": [one.name for one in sources]}
    api.openapi_schema = told
    return told


def _row(source: Source) -> Json:
    example = _example(source)
    return {
        "type": "object",
        "description": f"A row of {source.name}. A number may be written as people do: 1.2万, 2.35%, --.",
        "required": list(example),
        "properties": dict.fromkeys(example, _CELL) | {source.time: {"type": "string", "format": "date"}},
        "additionalProperties": True,
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
