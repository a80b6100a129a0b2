"""The agent's end of a page's connection."""

import socket

import pytest

from edge.drivers.stop import Stop
from edge.terminal import MOST_UNREAD, Connection
from edge.ui.messages import MOST_LINE, List, Pong, Row, Words


@pytest.fixture
def ends():
    mine, other = socket.socketpair()
    connection = Connection(mine)
    with other:
        yield connection, other
    connection.close()


def test_a_page_that_hung_up_is_known_as_gone_though_what_it_said_can_still_be_read(ends):
    connection, other = ends
    other.sendall(b'{"k":"scan"}\n')
    assert not connection.is_gone
    other.close()
    assert connection.is_gone
    assert connection.lines(0.0, Stop()) == [b'{"k":"scan"}']
    assert connection.lines(0.0, Stop()) is None


def test_a_line_without_an_end_and_a_page_that_reads_nothing_are_cut_off(ends):
    connection, _ = ends
    row = Row(
        n=1,
        at=1,
        label="x" * 200,
        verdict="stored",
        words=Words(),
        next=Words(),
        stored=None,
        via="wedge",
        secret=False,
    )
    for _ in range(2 * MOST_UNREAD // (200 * 100)):
        connection.send(List(rows=(row,) * 100))
    assert connection.lines(0.0, Stop()) is None
    connection.send(Pong())


def test_a_line_that_is_too_long_ends_the_connection(ends):
    connection, other = ends
    other.sendall(b"x" * (MOST_LINE + 1))
    assert connection.lines(1.0, Stop()) is None
