"""The hub's database: one schema by two ways, durable, and clear about what it cannot open."""

import os
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from hub.core.viewer import Role
from hub.errors import StoreError
from hub.store import schema, users
from hub.store.canon import CANON, PROJECTIONS
from hub.store.database import Database, migrate


@pytest.fixture
def database(tmp_path: Path):
    made = Database.open(tmp_path / "hub.db")
    yield made
    made.close()


def described(path: Path) -> dict[str, object]:
    """Tables with their columns, keys, checks and options, and indexes, as far as their meaning goes."""
    found: dict[str, object] = {}
    with closing(sqlite3.connect(path)) as connection:
        for kind, name, table, text in connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master"):
            if name == "sqlite_sequence":
                continue
            if kind == "index":
                rows = connection.execute(f"PRAGMA index_xinfo('{name}')").fetchall()
                where = (text or "").partition("WHERE")[2].strip()
                unique = [row[2:] for row in connection.execute(f"PRAGMA index_list('{table}')") if row[1] == name]
                found[f"index {table} {name}"] = (sorted(rows), where, unique)
                continue
            plain = re.sub(r"\s+", " ", text).replace('"', "")
            found[f"table {name}"] = {
                "columns": connection.execute(f"PRAGMA table_xinfo('{name}')").fetchall(),
                "foreign": sorted(row[2:] for row in connection.execute(f"PRAGMA foreign_key_list('{name}')")),
                "checks": sorted(re.findall(r"CHECK \((.*?)\)(?:,| \))", plain)),
                "options": plain.rpartition(")")[2].strip().split(", "),
                "autoincrement": "AUTOINCREMENT" in plain,
            }
    return found


def test_a_fresh_schema_is_the_migrated_one(database: Database, tmp_path: Path):
    with closing(Database(tmp_path / "steps.db")) as stepwise:
        with stepwise.write() as connection:
            migrate(connection)
        migrated, fresh = described(stepwise.path), described(database.path)
        told = "SELECT version_num FROM alembic_version"
        assert _all(stepwise, told) == _all(database, told)
        rows = {name: _all(stepwise, f'SELECT * FROM "{name}"') for name in schema.metadata.tables}
        assert {name for name, found in rows.items() if found} == set(), "a step fills what a new database does not get"
    assert set(migrated) == set(fresh)
    for name in fresh:
        assert migrated[name] == fresh[name], name


def _all(database: Database, query: str) -> list[tuple]:
    with database.read() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(query)]


def test_a_new_database_and_its_log_are_for_their_owner_alone_from_the_beginning(tmp_path: Path):
    before = os.umask(0o022)
    try:
        with closing(Database.open(tmp_path / "hub.db")):
            modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    finally:
        os.umask(before)
    assert modes == dict.fromkeys(("hub.db", "hub.db-wal", "hub.db-shm"), 0o600)


def test_every_table_is_strict(database: Database):
    tables = {name: told for name, told in described(database.path).items() if name.startswith("table ")}
    del tables["table alembic_version"]  # as Alembic makes it
    assert len(tables) == len(schema.metadata.tables)
    assert [name for name, told in tables.items() if "STRICT" not in told["options"]] == []


def test_every_projection_is_compared_and_made_again():
    assert set(CANON) == set(PROJECTIONS)


def test_opening_again_changes_nothing(tmp_path: Path):
    dumps, facts = [], []
    for _ in range(2):
        database = Database.open(tmp_path / "hub.db")
        facts.append((database.ledger, database.generation))
        database.close()
        with closing(sqlite3.connect(tmp_path / "hub.db")) as connection:
            dumps.append(list(connection.iterdump()))
    assert dumps[0] == dumps[1]
    assert facts[0] == facts[1]
    assert all(re.fullmatch(r"[0-9a-f]{16}", fact) for fact in facts[0])
    database.close()


def test_what_is_committed_is_on_the_disk_before_anyone_hears_of_it(database: Database):
    with database.write() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"


def test_a_reader_cannot_write(database: Database):
    with database.read() as connection, pytest.raises(OperationalError, match="readonly"):
        connection.exec_driver_sql("DELETE FROM meta")


def test_a_reader_sees_one_moment_while_the_writer_goes_on(database: Database):
    query = "SELECT count(*) FROM change"
    with database.read() as reading:
        before = reading.exec_driver_sql(query).scalar()
        with database.write() as writing:
            writing.exec_driver_sql("INSERT INTO change (at, topic, data) VALUES (0, 'x', '{}')")
        assert reading.exec_driver_sql(query).scalar() == before
    with database.read() as reading:
        assert reading.exec_driver_sql(query).scalar() == before + 1


def test_a_savepoint_gives_back_what_came_in_it_and_no_more(database: Database):
    insert = "INSERT INTO change (at, topic, data) VALUES (0, ?, '{}')"
    with database.write() as connection:
        connection.exec_driver_sql(insert, ("kept",))
        nested = connection.begin_nested()
        connection.exec_driver_sql(insert, ("lost",))
        nested.rollback()
    with database.read() as connection:
        assert connection.exec_driver_sql("SELECT topic FROM change").scalars().all() == ["kept"]


@pytest.mark.parametrize(
    ("content", "advice"),
    [(b"no database at all" * 100, "restore"), (b"SQLite format 3\x00" + b"\xff" * 4096, "restore")],
)
def test_a_file_that_is_no_database_says_what_helps_and_stays_as_it_is(tmp_path: Path, content: bytes, advice: str):
    path = tmp_path / "hub.db"
    path.write_bytes(content)
    with pytest.raises(StoreError, match=advice) as caught:
        Database.open(path)
    assert str(path) in str(caught.value)
    assert path.read_bytes() == content


@pytest.mark.parametrize("where", ["missing/hub.db", "."])
def test_a_place_where_no_database_can_be_says_what_helps(tmp_path: Path, where: str):
    with pytest.raises(StoreError, match="folder exists"):
        Database.open(tmp_path / where)


def test_a_database_of_a_newer_hub_is_left_alone(tmp_path: Path):
    Database.open(tmp_path / "hub.db").close()
    with closing(sqlite3.connect(tmp_path / "hub.db")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    with pytest.raises(StoreError, match="newer hub"):
        Database.open(tmp_path / "hub.db")


def test_a_second_writer_waits_for_the_first_and_then_sees_what_it_wrote(database: Database):
    """Two transactions that both read and then write would else both be right and one of them refused."""
    other = Database(database.path)
    try:
        with database.write() as first:
            first.exec_driver_sql("INSERT INTO change (at, topic, data) VALUES (0, 'x', '{}')")
            with other.read() as reading:
                assert reading.exec_driver_sql("SELECT count(*) FROM change").scalar() == 0
        with other.write() as second:
            assert second.exec_driver_sql("SELECT count(*) FROM change").scalar() == 1
    finally:
        other.close()


@pytest.mark.parametrize("name", ["100%", "who?mode=ro", "a#b", "%41", "water & rice", "水"])
def test_a_folder_may_have_any_name(tmp_path: Path, name: str):
    folder = tmp_path / name
    folder.mkdir()
    with closing(Database.open(folder / "hub.db")) as made:
        assert made.ledger
    assert [found.name for found in tmp_path.iterdir()] == [name]
    assert (folder / "hub.db").stat().st_size > 0


def test_people_tokens_and_sessions_of_the_release_before_are_still_good(tmp_path: Path):
    path = tmp_path / "hub.db"
    database = Database(path)
    with database.writer.begin() as connection:
        migrate(connection, "0003")
        for number, role in enumerate(("admin", "supervisor", "auditor")):
            connection.exec_driver_sql(
                "INSERT INTO user (name, password, role, created_at, failures) VALUES (?, 'x', ?, 1, ?)",
                (role, role, number),
            )
            values = (users.digest(role), number + 1)
            connection.exec_driver_sql("INSERT INTO session VALUES (?, ?, 1, 99)", values)
            values = (users.digest(f"t-{role}"), f"t-{role}", role)
            connection.exec_driver_sql("INSERT INTO token (digest, name, role, created_at) VALUES (?, ?, ?, 1)", values)
    database.close()
    with closing(Database.open(path)) as upgraded, upgraded.read() as connection:
        for role in (Role.ADMIN, Role.SUPERVISOR, Role.AUDITOR):
            found = users.by_session(connection, users.digest(role), now=2)
            assert found is not None
            assert (found[0].name, found[0].role, found[1]) == (role, role, 99)
            token = users.by_token(connection, users.digest(f"t-{role}"))
            assert token is not None
            assert (token.name, token.role, token.organisation) == (f"t-{role}", role, None)
        assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
