"""Whatever is asked of the interface: no error of the server, and answers of the shape that its description promises.

Requests are made by schemathesis out of the OpenAPI document, with an administrator's token, in this process. A failure
prints the request; the examples are the same each time.
"""

import random

import hypothesis
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance
from structlog.testing import capture_logs

from hub.api.app import create_app
from hub.core.viewer import Role
from hub.store import users
from tests.support.furnished import furnished
from tests.support.hubweb import make_database, make_services

ENDLESS = {"/api/v1/events"}
"""Answers that do not end."""
CHECKS = (not_a_server_error, response_schema_conformance, status_code_conformance)


@pytest.fixture(scope="module")
def api(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hub")
    database = make_database(folder)
    services = make_services(database, folder, hosts=frozenset({"*"}))
    with database.write() as connection:
        token = users.add_token(connection, "walker", Role.ADMIN, now=services.clock())
    app = create_app(services)
    schema = schemathesis.openapi.from_dict(without_tuples(app.openapi()))
    schema.app = app
    yield schema, {"Authorization": f"Bearer {token}"}
    services.live.close()
    database.close()


def without_tuples(schema):
    """schemathesis turns `prefixItems` into the `items` of older drafts, and then refuses them itself."""
    if isinstance(schema, dict):
        return {key: without_tuples(value) for key, value in schema.items() if key != "prefixItems"}
    return [without_tuples(value) for value in schema] if isinstance(schema, list) else schema


def walk(api, examples, about=lambda case: None, base_url=None):
    """`about` may change what is asked of: ids of things that there are."""
    schema, headers = api
    broken, walked = [], 0
    for found in schema.get_all_operations():
        operation = found.ok()
        if operation.path in ENDLESS:
            continue
        walked += 1

        @hypothesis.seed(20_261_123)
        @hypothesis.settings(
            max_examples=examples, deadline=None, database=None, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck), derandomize=False,
        )  # fmt: skip
        @given(case=operation.as_strategy())
        def ask(case):
            about(case)
            case.call_and_validate(headers=headers, checks=CHECKS, base_url=base_url)

        try:
            with capture_logs() as logged:
                ask()
        except (Exception, BaseExceptionGroup) as error:
            broken.append(f"{operation.label}: {error}")
        broken += [f"{operation.label}: {line}" for line in logged if line["event"] == "request-broke"]
    assert not broken, "\n\n".join(broken)
    return walked


def test_no_request_breaks_the_hub_or_gets_an_answer_of_another_shape(api):
    described = {(path, method) for path, methods in api[0].raw_schema["paths"].items() for method in methods}
    assert walk(api, 2) == len(described) - len(ENDLESS)


@pytest.mark.soak
def test_a_thousand_requests_of_each_kind_break_nothing_either(api):
    assert walk(api, 1000) > 250


@pytest.mark.soak
def test_no_request_about_what_there_is_breaks_a_hub_in_the_middle_of_its_work(tmp_path):
    """The same at a running hub, whose ids stand in paths and bodies: most requests find what they are about."""
    rng = random.Random(20_261_123)
    with furnished(tmp_path) as made:
        rest = made.rest
        description = rest.get("/openapi.json")
        ids = sorted(set(texts([rest.get(path) for path in ("/sites", "/items", "/devices", "/requests", "/parcels")])))
        schema = schemathesis.openapi.from_dict(without_tuples(description))

        def about(case):
            for name, value in (case.path_parameters or {}).items():
                if isinstance(value, str) and rng.random() < 0.8:
                    case.path_parameters[name] = rng.choice(ids)
            case.body = swapped(case.body)

        def swapped(value):
            if isinstance(value, dict):
                return {name: swapped(each) for name, each in value.items()}
            if isinstance(value, list):
                return [swapped(each) for each in value]
            return rng.choice(ids) if isinstance(value, str) and rng.random() < 0.4 else value

        walk((schema, {"Authorization": f"Bearer {rest.token}"}), 10, about, made.hub.url)


def texts(value):
    """Every text in a JSON answer."""
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [value] if isinstance(value, str) and value else [text for each in inside for text in texts(each)]
