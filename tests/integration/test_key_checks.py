"""A hub begins with the key that sealed its recipients, or says that it has another one."""

from contextlib import closing

import pytest

from hub.key_checks import open_vault
from hub.store.database import Database
from hub.vault import FILE, Vault, VaultError
from tests.support.parcels_world import put_recipient

NOW = 1_800_000_000_000


@pytest.fixture
def database(tmp_path):
    with closing(Database.open(tmp_path / "hub.db")) as database:
        yield database


def test_a_new_hub_makes_its_key_and_takes_it_again(database, tmp_path):
    sealed = open_vault(database, tmp_path, now=NOW).seal("p", "a", b"x")
    assert open_vault(database, tmp_path, now=NOW).open("p", "a", sealed) == b"x"


@pytest.mark.parametrize("other", [None, b"3" * 32], ids=["missing", "foreign"])
def test_a_hub_whose_recipients_another_key_sealed_makes_none_beside_it_and_names_both_ways_out(
    database, tmp_path, other
):
    with database.write() as connection:
        known = put_recipient(connection, vault=open_vault(database, tmp_path, now=NOW))
    key = (tmp_path / FILE).read_bytes()
    (tmp_path / FILE).unlink()
    if other is not None:
        (tmp_path / FILE).write_bytes(other)
    with pytest.raises(VaultError, match=r"Bring back the file .* --forget-recipients"):
        open_vault(database, tmp_path, now=NOW)
    assert (tmp_path / FILE).exists() == (other is not None)

    (tmp_path / FILE).write_bytes(key)
    open_vault(database, tmp_path, now=NOW)
    (tmp_path / FILE).unlink()
    open_vault(database, tmp_path, now=NOW, give_up=True)
    with database.read() as connection:
        row = connection.exec_driver_sql("SELECT id, key, sealed, shown FROM recipient").one()
    assert row == (known, None, None, "")
    open_vault(database, tmp_path, now=NOW)


def test_giving_up_forgets_nobody_whom_the_key_opens(database, tmp_path):
    vault = Vault.of(tmp_path)
    with database.write() as connection:
        put_recipient(connection, vault=vault)
    open_vault(database, tmp_path, now=NOW, give_up=True)
    with database.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM recipient WHERE erased_at IS NULL").scalar() == 1
