"""`relay-hub import`: the same as over HTTP, for who sets a hub up at its own machine."""

import pytest
from typer.testing import CliRunner

from hub.__main__ import app
from hub.store.database import Database


@pytest.fixture
def run(tmp_path):
    data = tmp_path / "hub"
    data.mkdir()
    Database.open(data / "hub.db").close()

    def invoke(*arguments, table=None):
        if table is not None:
            (tmp_path / "table.csv").write_bytes(table)
        place = [] if arguments[0] == "template" else [str(tmp_path / "table.csv"), "--data", str(data)]
        return CliRunner().invoke(app, [*arguments, *place])

    return invoke


def test_a_hub_is_filled_from_its_own_templates_in_order(run):
    for kind in ("organisations", "sites", "bins", "catalogue", "people", "stock"):
        table = run("template", kind).output.encode()
        assert "1 added, 0 changed, 0 as they were" in run("import", kind, "--dry-run", table=table).output
        done = run("import", kind, table=table)
        assert (done.exit_code, "imported" in done.output) == (0, True), done.output
        assert "0 added, 0 changed, 1 as they were" in run("import", kind, table=table).output


def test_faults_are_printed_by_row_and_the_exit_code_says_so(run):
    found = run("import", "catalogue", table=b"gtin,name\n6.9E+12,a\x1b[31m\n9501101530004,b\n")
    assert found.exit_code == 1
    assert "row 2, gtin '6.9E+12': a spreadsheet made 6.9E+12 of a GTIN" in found.output
    assert "3 would be right" in found.output
    assert "\x1b" not in found.output


def test_what_is_mistyped_is_told(run):
    assert "use one of organisations" in run("import", "stokc", table=b"").output
