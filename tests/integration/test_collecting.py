"""Collection codes at the hub, against a real database."""

import sqlite3

import pytest
from argon2.low_level import Type, hash_secret_raw
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from hub import collecting
from hub.collecting import Answer, CollectingError
from hub.store import collecting as store
from hub.store import reference
from hub.vault import Vault
from tests.support.hubweb import make_database
from tests.unit.test_badges import unsealed
from wire.collecting import HASH_BYTES, LANES, MEMORY_KIB, SEAL_INFO, TIME_COST, TRIES, decode_sealed, read_code

VAULT = Vault(bytes(range(32)))
A, B = "st-1.AAAAA1", "st-1.AAAAA2"
T = 1_795_400_000_000


@pytest.fixture
def database(tmp_path):
    database = make_database(tmp_path)
    with database.write() as connection:
        for key in ("wh-1", "st-1", "st-2"):
            site = reference.Site(id=key, name=key, name_zh="", kind="station", lat_e7=0, lon_e7=0)
            reference.put_sites(connection, [site])
    yield database
    database.close()


@pytest.fixture
def here(database):
    with database.write() as connection:
        yield connection


def wrong_for(connection, *parcels):
    """A code of the same mark that opens none of these."""
    from wire.collecting import code_of

    right = {collecting.code_of(connection, VAULT, parcel) for parcel in parcels}
    mark = int(next(iter(right))[:2])
    return next(code for n in range(9) if (code := code_of(mark, f"{n:06d}")) not in right)


def test_sites_get_marks_in_the_order_of_their_making_and_keep_them_when_they_are_entered_again(database):
    with database.write() as connection:
        again = reference.Site(id="st-1", name="New name", name_zh="", kind="station", lat_e7=1, lon_e7=1, keep_days=9)
        reference.put_sites(connection, [again])
        marks = {one.id: one.mark for one in reference.sites(connection)}
        assert marks == {"wh-1": 10, "st-1": 11, "st-2": 12}
        many = [reference.Site(id=f"x-{n}", name="x", name_zh="", kind="camp", lat_e7=0, lon_e7=0) for n in range(90)]
        reference.put_sites(connection, many)
        found = sorted(one.mark for one in reference.sites(connection))
    assert found == sorted([*range(10, 100), 10, 11, 12])


def test_a_parcel_keeps_its_code_until_it_is_made_anew_or_goes_to_another_station(here):
    code = collecting.issue(here, VAULT, A, "st-1", T)
    assert read_code(code).mark == 11
    assert collecting.issue(here, VAULT, A, "st-1", T + 1) == code == collecting.code_of(here, VAULT, A)
    renewed = collecting.renew(here, VAULT, A, T + 2)
    assert renewed != code
    assert collecting.check(here, VAULT, A, code, T + 3).answer is Answer.WRONG
    moved = collecting.issue(here, VAULT, A, "st-2", T + 4)
    assert read_code(moved).mark == 12
    assert collecting.check(here, VAULT, A, renewed, T + 5).answer is Answer.ELSEWHERE
    assert store.how(here, A).round == 3


def test_a_code_opens_five_wrong_tries_lock_and_a_new_code_unlocks(here):
    code = collecting.issue(here, VAULT, A, "st-1", T)
    wrong = wrong_for(here, A)
    mistyped = code[:-1] + str((int(code[-1]) + 1) % 10)
    assert collecting.check(here, VAULT, A, code, T) == collecting.Checked(answer=Answer.RIGHT, proxy=0, left=TRIES)
    for left in (4, 3, 2, 1):
        assert collecting.check(here, VAULT, A, mistyped, T).answer is Answer.MISTYPED
        assert collecting.check(here, VAULT, A, wrong, T) == collecting.Checked(answer=Answer.WRONG, left=left)
    assert collecting.check(here, VAULT, A, wrong, T).answer is Answer.LOCKED
    assert collecting.check(here, VAULT, A, code, T).answer is Answer.LOCKED
    code = collecting.renew(here, VAULT, A, T)
    assert collecting.check(here, VAULT, A, code, T).answer is Answer.RIGHT


@pytest.mark.parametrize("late", [False, True])
def test_what_a_device_locked_before_the_code_was_made_anew_locks_nothing_whenever_it_is_heard(here, late):
    collecting.issue(here, VAULT, A, "st-1", T)
    if not late:
        store.lock(here, A, T + 10)
        assert store.how(here, A).locked
    code = collecting.renew(here, VAULT, A, T + 20)
    if late:
        store.lock(here, A, T + 10)
    assert collecting.check(here, VAULT, A, code, T + 30).answer is Answer.RIGHT
    store.lock(here, A, T + 40)
    assert collecting.check(here, VAULT, A, code, T + 50).answer is Answer.LOCKED


def test_a_proxy_has_a_code_of_his_own_which_goes_when_he_is_taken_out(here):
    own = collecting.issue(here, VAULT, A, "st-1", T)
    code = collecting.add_proxy(here, VAULT, A, 2, T)
    assert code != own
    assert collecting.check(here, VAULT, A, code, T).proxy == 2
    assert collecting.drop_proxy(here, A, 2)
    assert not collecting.drop_proxy(here, A, 2)
    assert not collecting.drop_proxy(here, A, 0)
    assert collecting.check(here, VAULT, A, code, T).answer is Answer.WRONG
    for number in range(1, 6):
        collecting.add_proxy(here, VAULT, A, number, T)
    with pytest.raises(CollectingError, match="5 proxies"):
        collecting.add_proxy(here, VAULT, A, 6, T)


def test_two_parcels_of_a_station_never_have_the_same_code(here, monkeypatch):
    drawn = iter([4711, 4711, 4711, 4712])
    monkeypatch.setattr(collecting.secrets, "randbelow", lambda _: next(drawn))
    first, second = (collecting.issue(here, VAULT, one, "st-1", T) for one in (A, B))
    assert (first[2:8], second[2:8]) == ("004711", "004712")


def test_an_ended_parcel_has_no_code_and_gets_none_by_renewing(here):
    code = collecting.issue(here, VAULT, A, "st-1", T)
    collecting.add_proxy(here, VAULT, A, 1, T)
    store.end(here, [A], T + 1)
    assert collecting.code_of(here, VAULT, A) is None
    assert collecting.check(here, VAULT, A, code, T).answer is Answer.NO_CODE
    with pytest.raises(CollectingError):
        collecting.renew(here, VAULT, A, T + 2)
    with pytest.raises(CollectingError):
        collecting.add_proxy(here, VAULT, A, 1, T + 2)


def test_no_code_and_nothing_to_guess_it_by_stands_in_the_database(database):
    with database.write() as connection:
        code = collecting.issue(connection, VAULT, A, "st-1", T)
        verifier = collecting._verifier(code)
        row = store.codes(connection, [A])[A][0]
        store.put_verifiers(connection, {row.fits: VAULT.seal(collecting.VERIFIER_FOR, f"{A} 0", b"x" + verifier.hash)})
    with sqlite3.connect(database.path) as raw:
        dumped = "\n".join(raw.iterdump())
    raw.close()
    files = b"".join(path.read_bytes() for path in database.path.parent.iterdir() if path.is_file())
    for secret in (code, code[2:8], verifier.hash.hex().upper()):
        assert secret not in dumped
    assert verifier.hash not in files
    assert code.encode() not in files


def test_what_is_sealed_for_a_device_is_what_a_code_is_checked_against(here):
    code, proxy = collecting.issue(here, VAULT, A, "st-1", T), collecting.add_proxy(here, VAULT, A, 3, T)
    key = ec.generate_private_key(ec.SECP256R1())
    der = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)

    def sealed():
        return collecting.sealed_for(der, VAULT, store.how(here, A), store.codes(here, [A])[A])

    assert not sealed()
    for one in store.codes(here, [A])[A]:
        made = collecting._verifier(collecting.code_of(here, VAULT, A, one.proxy))
        from wire.collecting import encode

        store.put_verifiers(here, {one.fits: VAULT.seal(collecting.VERIFIER_FOR, f"{A} {one.proxy}", encode(made))})
    opened = decode_sealed(unsealed(key, A, sealed(), info=SEAL_INFO))
    assert opened.round == 1
    for text, found in ((code, opened), (proxy, opened.proxies[0])):
        secret = read_code(text).secret.encode()
        made = hash_secret_raw(secret, found.salt, TIME_COST, MEMORY_KIB, LANES, HASH_BYTES, Type.ID)
        assert (made, found.hint) == (found.hash, text[2:4])
    assert opened.proxies[0].number == 3
