"""The OpenAPI description: what FastAPI derives, put right where our answers differ from its defaults."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

PROBLEM = "application/problem+json"


def describe(web: FastAPI) -> None:
    """Have `web` describe its refusals as they are: one shape, one media type, no 422."""
    derived = web.openapi

    def openapi() -> dict[str, Any]:
        if web.openapi_schema is None:
            web.openapi_schema = corrected(derived())
        return web.openapi_schema

    web.openapi = openapi  # type: ignore[method-assign]  # FastAPI's own way to change the description


def corrected(schema: dict[str, Any]) -> dict[str, Any]:
    """The description without the answers that this house does not give."""
    for methods in schema["paths"].values():
        for operation in methods.values():
            answers = operation["responses"]
            answers.pop("422", None)
            for status, answer in answers.items():
                content = answer.get("content", {})
                if status != "200" and "application/json" in content:
                    answer["content"] = {PROBLEM: content["application/json"]}
    for name in ("HTTPValidationError", "ValidationError"):
        schema["components"]["schemas"].pop(name, None)
    return schema
