"""People and tokens on the hub's own machine, where no server has to run."""

import io
import json
from contextlib import closing

import pytest
from sqlalchemy import select

from hub.__main__ import main
from hub.core.viewer import Role
from hub.store import reference, schema, users
from hub.store.database import Database
from tests.support.hubweb import serving
from wire.badges import digest


@pytest.fixture
def data(tmp_path):
    with closing(Database.open(tmp_path / "hub.db")) as database, database.write() as connection:
        reference.put_organisations(connection, [reference.Organisation(id="red-cross", name="R", name_zh="")])
    return tmp_path


@pytest.fixture
def relay(data, capsys, monkeypatch):
    """Runs a command; its exit code, output and error."""

    def run(*words, typed=""):
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        with pytest.raises(SystemExit) as ended:
            main([*words, "--data", str(data)])
        told = capsys.readouterr()
        return ended.value.code or 0, told.out, told.err

    return run


def row(data, name):
    with closing(Database.open(data / "hub.db")) as database, database.read() as connection:
        return connection.execute(select(schema.user).where(schema.user.c.name == name)).one()


def test_a_person_who_is_invited_here_sets_a_password_at_the_hubs_page(relay, data, tmp_path):
    words = ("user", "invite", "ana", "--role", "staff", "--organisation", "red-cross", "--json")
    link = json.loads(relay(*words)[1])
    assert link["path"] == f"/welcome#{link['code']}"
    again = json.loads(relay("user", "reset", "ana", "--json")[1])
    assert "ana: staff of red-cross, invited" in relay("user", "list")[1]
    with serving(tmp_path, database=Database.open(data / "hub.db")) as web, web.client(None) as client:
        for code, expected in ((link["code"], 403), (again["code"], 200)):
            body = {"code": code, "password": "kettle lamp river stone"}
            assert client.post("/api/v1/welcome", json=body).status_code == expected
        body = {"user": "ana", "password": "kettle lamp river stone"}
        assert client.post("/api/v1/session", json=body).json()["user"]["organisation"] == "red-cross"


def test_the_last_administrator_is_not_shut_out_here_either(relay, data):
    assert relay("user", "add", "li", "--role", "admin")[0] == 0
    code, _, said = relay("user", "disable", "li")
    assert (code, "last administrator" in said) == (1, True)
    relay("user", "add", "wu", "--role", "admin")
    assert relay("user", "disable", "li")[0] == 0
    assert row(data, "li").disabled_at is not None
    assert relay("user", "enable", "li")[0] == 0
    assert row(data, "li").disabled_at is None


def test_the_last_administrator_does_not_become_something_else_by_being_added_again(relay, data):
    assert relay("user", "add", "li", "--role", "admin")[0] == 0
    code, _, said = relay("user", "add", "li", "--role", "auditor")
    assert code != 0
    assert "last administrator" in said
    assert row(data, "li").role == "admin"
    assert relay("user", "add", "li", "--role", "admin")[0] == 0, "a new password"


@pytest.mark.parametrize(
    ("words", "typed", "said"),
    [
        (("user", "add", "li", "--role", "admin", "--password-stdin"), "password1234\n", "tries first"),
        (("user", "add", "li", "--role", "staff"), "", "belong to an organisation"),
        (("user", "add", "li", "--role", "staff", "--organisation", "nobody"), "", "no organisation"),
        (("user", "add", "token li", "--role", "admin"), "", "taken for a program"),
        (("user", "reset", "nobody"), "", "no user"),
        (("token", "revoke", "nobody"), "", "no token"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(relay, words, typed, said):
    code, _, told = relay(*words, typed=typed)
    assert (code, said in told) == (1, True), told


def test_a_badge_is_made_with_the_pin_that_its_person_typed_or_a_new_one(relay, data):
    relay("user", "add", "olga", "--role", "operator")
    made = json.loads(relay("user", "badge", "olga", "--json")[1])
    assert row(data, "olga").badge == digest(made["code"].removeprefix("RR:B:"))
    assert made["pin"].isdigit()
    code, said, _ = relay("user", "badge", "olga", "--pin-stdin", typed="7391\n")
    assert (code, "7391" in said) == (0, False)
    assert relay("user", "badge", "olga", "--pin-stdin", typed="1234\n")[0] == 1


def test_tokens_are_listed_without_their_secrets_and_end_when_they_are_revoked(relay, data):
    secret = relay("token", "add", "scale", "--role", "staff", "--organisation", "red-cross")[1].strip()
    listed = relay("token", "list")[1]
    assert "scale: staff of red-cross" in listed
    assert secret not in listed
    relay("token", "revoke", "scale")
    with closing(Database.open(data / "hub.db")) as database, database.read() as connection:
        assert users.by_token(connection, users.digest(secret)) is None


def test_what_is_decided_here_stands_in_the_log_too(relay, data):
    relay("user", "add", "li", "--role", "admin")
    relay("token", "add", "t", "--role", Role.AUDITOR)
    with closing(Database.open(data / "hub.db")) as database, database.read() as connection:
        rows = connection.execute(select(schema.decision_log).order_by(schema.decision_log.c.id)).all()
    assert [(row.who, row.action, row.what) for row in rows] == [
        ("command line", "user-added", "li"),
        ("command line", "password-set", "li"),
        ("command line", "token-made", "t"),
    ]
