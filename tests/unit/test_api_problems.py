"""Problem documents name the field and what to do, whatever the request holds."""

import ast
import json
import re
from pathlib import Path

import pytest
from pydantic import TypeAdapter, ValidationError

from hub.api.models.reference import SiteInput, SiteList
from hub.api.problems import document, of_request

ROOT = Path(__file__).parents[2]
SITES = TypeAdapter(SiteList | list[SiteInput])
GOOD = {"id": "wh-1", "name": "W", "kind": "warehouse", "lat": 31.0, "lon": 121.0}


def faults(body):
    with pytest.raises(ValidationError) as caught:
        SITES.validate_python(body)
    return of_request([error | {"loc": ("body", *error["loc"])} for error in caught.value.errors()], body)


@pytest.mark.parametrize(
    ("body", "pointer", "remedy"),
    [
        ({"sites": [GOOD | {"lat": 91}]}, "#/sites/0/lat", "Use 90.0 or less."),
        ([GOOD, GOOD | {"lon": -181}], "#/1/lon", "Use -180.0 or more."),
        ([{key: GOOD[key] for key in GOOD if key != "name"}], "#/0/name", "Add it."),
        ([GOOD | {"a/b~c": 1}], "#/0/a~1b~0c", "Leave it out, or see how it is spelled in /api/v1/openapi.json."),
        ([GOOD | {"id": "WH 1"}], "#/0/id", "Write it so that it fits ^[a-z0-9-]{1,40}$."),
    ],
)
def test_a_fault_points_to_the_field_and_says_what_to_send(body, pointer, remedy):
    assert [(fault.pointer, fault.remedy) for fault in faults(body)] == [(pointer, remedy)]


def test_shapes_that_a_body_does_not_have_are_told_only_where_nothing_else_is():
    assert {fault.pointer for fault in faults(7)} == {"#"}
    assert {fault.pointer for fault in faults({"sites": [7]})} == {"#/sites/0"}


def test_a_problem_can_always_be_sent_whatever_the_request_held():
    told = document(status=422, code="invalid", detail="half \ud800", instance="/api/v1/\udfff <b>\x00")
    assert json.loads(json.dumps(told, ensure_ascii=False).encode("utf-8")) == told
    assert told["instance"] == "/api/v1/%5Cudfff%20%3Cb%3E%00"


def test_a_thousand_faults_are_cut_to_what_a_person_reads():
    assert len(faults([GOOD | {"lat": "x"}] * 1000)) == 50


def test_every_code_that_a_route_answers_with_is_explained():
    explained = set(re.findall(r'<a id="([a-z-]+)">', (ROOT / "docs/problems.md").read_text(encoding="utf-8")))
    used = set()
    for path in (ROOT / "hub/api").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "ApiError":
                used |= {part.value for part in ast.walk(node.args[1]) if isinstance(part, ast.Constant)}
    assert len(used) > 40
    assert used <= explained, f"add to docs/problems.md: {sorted(used - explained)}"
