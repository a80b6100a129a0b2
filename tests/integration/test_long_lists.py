"""Pages of long lists are read along an index: nothing is sorted, and what nobody wrote is looked for nowhere."""

import pytest
from sqlalchemy import event

from hub.core.viewer import Role, Viewer
from hub.store import calls
from hub.store.queries import relief, unsettled
from hub.store.queries.paging import Pager
from hub.store.queries.stock import StockFilter, stock
from tests.support.hubweb import make_database

SEES_ALL = Viewer(name="auditor", role=Role.AUDITOR)
PAGER = Pager("generation")
PAGE = {"limit": 10, "cursor": None}


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    made = make_database(tmp_path_factory.mktemp("hub"))
    yield made
    made.close()


def asked(database, read):
    """The statements of a read, with their plans."""
    statements = []

    def note(_connection, _cursor, statement, parameters, _context, _many):
        statements.append((statement, parameters))

    with database.read() as connection:
        event.listen(database.reader, "before_cursor_execute", note)
        read(connection)
        event.remove(database.reader, "before_cursor_execute", note)
        return [
            (statement, [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)])
            for statement, parameters in statements
            if statement.startswith("SELECT")
        ]


@pytest.mark.parametrize(
    "read",
    [
        lambda connection: calls.calls(connection, PAGER, calls.CallFilter(), **PAGE),
        lambda connection: unsettled.counts(connection, PAGER, SEES_ALL, site=None, **PAGE),
        lambda connection: relief.board(connection, SEES_ALL, site=None),
    ],
    ids=["calls", "counts", "board"],
)
def test_a_page_is_read_in_the_order_of_an_index(database, read):
    plans = [plan for _, some in asked(database, read) for plan in some]
    assert plans
    assert [plan for plan in plans if "TEMP B-TREE" in plan] == []


def test_what_a_device_told_when_is_found_without_reading_what_it_told(database):
    query = "EXPLAIN QUERY PLAN SELECT id FROM journal WHERE lane_id = 1 AND received_at BETWEEN 1 AND 2"
    with database.read() as connection:
        (plan,) = [row[3] for row in connection.exec_driver_sql(query)]
    assert "COVERING INDEX journal_by_lane" in plan


def test_a_word_that_no_account_holds_is_looked_for_in_lots_alone(database):
    def read(connection):
        stock(connection, PAGER, StockFilter(text="zzzz"), viewer=SEES_ALL, **PAGE)

    (walk,) = [statement for statement, _ in asked(database, read) if "CROSS JOIN balance" in statement]
    assert "FROM account WHERE" not in walk
    assert "account.code LIKE" not in walk
