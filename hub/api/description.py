"""What FastAPI does not say by itself in the description of the interface: in which form errors come."""

from typing import Any, Final

from fastapi import FastAPI

from hub.api.problems import MEDIA_TYPE

_ANY: Final = {
    "description": "Any other error.",
    "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


def describe(app: FastAPI) -> None:
    """Have the application describe its errors as what they are: problem documents."""
    plain = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _with_problems(plain())
        return app.openapi_schema

    setattr(app, "openapi", openapi)  # noqa: B010 (FastAPI's own way to extend it, which mypy takes for a mistake)


def _with_problems(schema: dict[str, Any]) -> dict[str, Any]:
    """Each kind of error is described once, and named by the routes that give it."""
    said: dict[str, Any] = schema["components"].setdefault("responses", {})
    said["Problem"] = _ANY
    for operations in schema["paths"].values():
        for operation in operations.values():
            answers = operation["responses"]
            for code, answer in answers.items():
                if code.isdecimal() and int(code) >= 400 and "application/json" in answer.get("content", {}):
                    answer["content"][MEDIA_TYPE] = answer["content"].pop("application/json")
                    if said.setdefault(f"Problem{code}", answer) == answer:
                        answers[code] = {"$ref": f"#/components/responses/Problem{code}"}
            answers["default"] = {"$ref": "#/components/responses/Problem"}
    return schema
