"""Whatever is asked of the interface: no error of the server, and answers of the shape that its description promises.

Requests are made by schemathesis out of the OpenAPI document, with an administrator's token, in this process. A failure
prints the request; the examples are the same each time.
"""

import hypothesis
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance
from structlog.testing import capture_logs

from hub.api.app import create_app
from hub.core.access import Role
from hub.store import users
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


def walk(api, examples):
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
            case.call_and_validate(headers=headers, checks=CHECKS)

        try:
            with capture_logs() as logged:
                ask()
        except (Exception, BaseExceptionGroup) as error:
            broken.append(f"{operation.label}: {error}")
        broken += [f"{operation.label}: {line}" for line in logged if line["event"] == "request-broke"]
    assert not broken, "\n\n".join(broken)
    return walked


def test_no_request_breaks_the_hub_or_gets_an_answer_of_another_shape(api):
    assert walk(api, 2) > 40


@pytest.mark.soak
def test_a_thousand_requests_of_each_kind_break_nothing_either(api):
    assert walk(api, 1000) > 40
