"""`relay-hub discrepancies` lists what does not add up, also while the hub runs, and what people decided."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hub.__main__ import app
from tests.support.deciding import deciding
from tests.support.facts import DOCK, SHELF, goods, scan
from wire.actions import Action


def said(*arguments: object) -> str:
    done = CliRunner().invoke(app, ["discrepancies", *map(str, arguments)])
    assert done.exit_code == 0, done.output
    return done.output


@pytest.fixture
def folder(tmp_path: Path):
    with deciding(tmp_path) as hub:
        hub.tell("a", scan(goods(lot="A"), n=3, do=Action.MOVE, source=DOCK, to=SHELF, owner="caritas"))
        yield tmp_path, hub


def test_what_does_not_add_up_and_what_was_decided_is_listed(folder):
    path, hub = folder
    assert "negative: wh-1 place:wh-1 gtin:" in said("--data", path)
    (row,) = json.loads(said("--data", path, "--json"))["rows"]
    assert (row["kind"], row["quantity"]) == ("negative", -3)
    with hub.web.client() as client:
        sent = {"decision": "accept", "reason": "the papers say so\u202e"}
        assert client.post(f"/api/v1/discrepancies/{row['key']}/settlement", json=sent).status_code == 201
    assert said("--data", path) == "Everything adds up.\n"
    told = said("--data", path, "--settled")
    assert "negative: accept: the papers say so" in told
    assert "\u202e" not in told, "marks that turn the text round are shown, not obeyed"
