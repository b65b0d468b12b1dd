"""The OpenAPI description: what FastAPI derives, put right where our answers differ from its defaults."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

PROBLEM = "application/problem+json"
PROGRAMS = (
    "/api/v1/submissions",
    "/api/v1/holdings",
    "/api/v1/withdrawals",
)  # for programs of agencies alone
FLOW = {
    "type": "oauth2",
    "flows": {
        "clientCredentials": {
            "tokenUrl": "/api/v1/oauth/token",
            "scopes": {"submissions:write": "报送", "submissions:read": "查询状态、回执和退回数据"},
        }
    },
}


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
    for path, methods in schema["paths"].items():
        for operation in methods.values():
            answers = operation["responses"]
            answers.pop("422", None)
            for status, answer in answers.items():
                content = answer.get("content", {})
                if status >= "400" and "application/json" in content and not _is_oauth(content):
                    answer["content"] = {PROBLEM: content["application/json"]}
            if any(path.startswith(prefix) for prefix in PROGRAMS):
                operation["security"] = [{"program": []}]
    schema["components"]["securitySchemes"] = {"program": FLOW}
    for name in ("HTTPValidationError", "ValidationError"):
        schema["components"]["schemas"].pop(name, None)
    return schema


def _is_oauth(content: dict[str, Any]) -> bool:
    """Refusals of the token endpoint have the shape of RFC 6749, not ours."""
    return str(content["application/json"].get("schema", {}).get("$ref", "")).endswith("/TokenRefusal")
