"""What devices are told of parcels: by a real hub's tables, to devices with keys."""

import pytest

from hub import collecting
from hub.collecting import Keeper, ripen
from hub.sitedata import SiteData
from hub.store import collecting as store
from hub.store import devices, reference, schema
from hub.store import sitedata as kept
from hub.store.sitedata import of_device
from tests.support.hubweb import START_MS, Clock, make_database
from tests.support.parcels_world import NAME, PHONE, VAULT, put_consignment, put_parcel, put_recipient, put_sites
from tests.support.site_devices import Doors
from tests.unit.test_badges import unsealed
from wire.collecting import SEAL_INFO, decode_sealed
from wire.sitedata import Consignment, Line, Parcel, Station, decode_record

PARCEL = "st-1.AAAAA1"
LINES = (Line(gtin="09501101530003", n=3, lot="L1"),)


@pytest.fixture
def doors(tmp_path):
    doors = Doors(make_database(tmp_path), Clock(START_MS))
    doors.site_data = SiteData(
        doors.database, clock=doors.clock, keeper=Keeper(VAULT), timer=lambda: doors.clock() / 1000
    )
    with doors.database.write() as connection:
        put_sites(connection, "wh-1", "st-1", "st-2")
    yield doors
    doors.database.close()


@pytest.fixture
def pad(doors):
    """The terminal of st-1, which has proved its key."""
    device = doors.join("pad-1", "st-1")
    prove(doors, device, "pad-1")
    for name, site in (("pad-2", "st-2"), ("gun-1", "wh-1")):
        prove(doors, doors.join(name, site), name)
    return device


def prove(doors, device, name):
    """As a device does it that asks for a token."""
    from tests.support.site_devices import proof

    sent = proof(device, name, doors.sessions.challenge(name))
    doors.sessions.by_certificate(name, sent["nonce"], sent["certificate"], sent["signature"], source="192.0.2.1")


def look(doors):
    with doors.database.write() as connection:
        reference.announce(connection, "consignment", {}, doors.clock())
    doors.site_data.look()


def told(doors, device, kind="parcel"):
    """Bodies by keys, of everything that a device is told of a kind."""
    _, part = doors.site_data.page(device, None, 0)
    return {row.key: decode_record(kind, row.body) for row in part.rows if row.kind == kind and row.body is not None}


def put(doors, id_=PARCEL, **more):
    with doors.database.write() as connection:
        recipient = put_recipient(connection)
        put_parcel(connection, id_, recipient=recipient, **more)
        collecting.issue(connection, VAULT, id_, id_.partition(".")[0], doors.clock())
    return recipient


def test_the_station_is_told_for_whom_a_parcel_is_and_the_packing_site_only_what_goes_in(doors, pad):
    put(doors, state="planned")
    look(doors)
    found = told(doors, "pad-1")[PARCEL]
    assert (found.state, found.shown, found.last4, found.lines) == ("coming", "王*芳", "5678", LINES)
    assert len(found.person) == 16
    assert told(doors, "gun-1")[PARCEL] == Parcel(
        id=PARCEL, consignment=found.consignment, number=0, state="coming", where="st-1", lines=LINES
    )
    assert PARCEL not in told(doors, "pad-2")


def test_what_a_terminal_checks_a_code_against_opens_with_its_key_alone_and_comes_when_it_is_made(doors, pad):
    put(doors)
    look(doors)
    assert not told(doors, "pad-1")[PARCEL].sealed
    assert ripen(doors.database, VAULT, 50) == 1
    assert ripen(doors.database, VAULT, 50) == 0
    look(doors)
    sealed = told(doors, "pad-1")[PARCEL].sealed
    opened = decode_sealed(unsealed(pad.key, PARCEL, sealed, info=SEAL_INFO))
    with doors.database.read() as connection:
        assert collecting.code_of(connection, VAULT, PARCEL)[2:4] == opened.hint
    look(doors)
    assert told(doors, "pad-1")[PARCEL].sealed == sealed, "nothing changed, and nothing is sealed anew"
    with doors.database.write() as connection:
        collecting.renew(connection, VAULT, PARCEL, doors.clock() + 1)
    ripen(doors.database, VAULT, 50)
    look(doors)
    assert decode_sealed(unsealed(pad.key, PARCEL, told(doors, "pad-1")[PARCEL].sealed, info=SEAL_INFO)).round == 2


def test_what_was_given_out_keeps_no_name_and_is_forgotten_after_a_week(doors, pad):
    put(doors, state="handed-over")
    look(doors)
    found = told(doors, "pad-1")[PARCEL]
    assert (found.state, found.at, found.shown, found.last4, found.person, found.sealed, found.lines) == (
        "given", START_MS, "", "", "", "", (),
    )  # fmt: skip
    doors.clock.now += 8 * 86_400_000
    look(doors)
    assert PARCEL not in told(doors, "pad-1")


def test_what_was_given_out_keeps_the_seal_of_its_code_for_the_same_key_and_gets_a_new_one_if_it_is_undone(doors, pad):
    put(doors)
    ripen(doors.database, VAULT, 50)
    look(doors)
    before = told(doors, "pad-1")[PARCEL]

    def becomes(state):
        with doors.database.write() as connection:
            connection.exec_driver_sql("UPDATE parcel SET state = ?, given_at = 7 + ?", (state, doors.clock()))
        look(doors)
        return told(doors, "pad-1")[PARCEL]

    given = becomes("handed-over")
    with doors.database.write() as connection:
        store.end(connection, [PARCEL], doors.clock())
    look(doors)
    assert told(doors, "pad-1")[PARCEL] == given, "also when the hub itself keeps no code any more"
    assert (given.sealed, given.shown, given.last4, given.person, given.proxies) == (before.sealed, "", "", "", 0)
    prove(doors, doors.join("pad-1", "st-1"), "pad-1")
    look(doors)
    assert not told(doors, "pad-1")[PARCEL].sealed, "nobody has that key any more"
    with doors.database.write() as connection:
        collecting.issue(connection, VAULT, PARCEL, "st-1", doors.clock())
    ripen(doors.database, VAULT, 50)
    assert becomes("waiting").sealed not in {"", before.sealed}


def test_no_record_of_any_device_holds_a_name_or_number_and_those_of_other_sites_not_even_the_mask(doors, pad):
    put(doors)
    ripen(doors.database, VAULT, 50)
    look(doors)
    with doors.database.read() as connection:
        rows = connection.execute(schema.site_record.select()).all()
        code = collecting.code_of(connection, VAULT, PARCEL)
    for row in rows:
        text = (row.body or b"").decode()
        assert not any(secret in text for secret in (NAME, PHONE, code, code[2:8]))
        assert row.scope == of_device("pad-1") or "王*芳" not in text


def test_a_parcel_that_goes_elsewhere_now_is_known_as_such_where_it_was_first_meant_for(doors, pad):
    put(doors)
    with doors.database.write() as connection:
        connection.exec_driver_sql("UPDATE parcel SET station = 'st-2'")
        collecting.issue(connection, VAULT, PARCEL, "st-2", doors.clock())
    look(doors)
    found = told(doors, "pad-1")[PARCEL]
    assert (found.state, found.where, found.shown, found.sealed) == ("elsewhere", "st-2", "", "")
    assert told(doors, "pad-2")[PARCEL].shown == "王*芳"


def test_a_locked_parcel_is_told_as_locked_until_its_code_is_made_anew(doors, pad):
    put(doors)
    with doors.database.write() as connection:
        store.lock(connection, PARCEL, doors.clock() + 1)
    look(doors)
    assert told(doors, "pad-1")[PARCEL].state == "locked"
    with doors.database.write() as connection:
        collecting.renew(connection, VAULT, PARCEL, doors.clock() + 2)
    look(doors)
    assert told(doors, "pad-1")[PARCEL].state == "here"


def test_a_vehicle_is_told_of_what_it_hands_out_and_nobody_else_of_its_codes(doors, pad):
    prove(doors, doors.join("van-7", "wh-1"), "van-7")
    with doors.database.write() as connection:
        journey = put_consignment(connection, None, way="vehicle", vehicle="van-7")
        recipient = put_recipient(connection)
        put_parcel(
            connection, "van.AAAAA1", recipient=recipient, state="under-way", way="vehicle", consignment=journey,
            placed="transit:van-7/c3",
        )  # fmt: skip
        code = collecting.issue(connection, VAULT, "van.AAAAA1", "van-7", doors.clock())
    assert code[:2] == "10", "the mark of the site that it belongs to"
    ripen(doors.database, VAULT, 50)
    look(doors)
    found = told(doors, "van-7")["van.AAAAA1"]
    assert (found.where, found.shown, bool(found.sealed)) == ("c3", "王*芳", True)
    assert "van.AAAAA1" not in told(doors, "gun-1")


def test_both_sites_are_told_of_an_open_consignment_and_everybody_of_the_stations(doors, pad):
    put(doors, state="packed")
    look(doors)
    (found,) = told(doors, "pad-1", "consignment").values()
    assert told(doors, "gun-1", "consignment") == {found.id: found}
    assert found == Consignment(
        id=found.id, way="station", source="wh-1", to="st-1", units=(f"parcel:{PARCEL}",), lines=LINES
    )
    assert not told(doors, "pad-2", "consignment")
    assert told(doors, "pad-2", "station")["st-1"] == Station(id="st-1", mark=11, name="ST-1")
    with doors.database.write() as connection:
        connection.exec_driver_sql("UPDATE consignment SET state = 'closed'")
    look(doors)
    assert not told(doors, "pad-1", "consignment")


def test_a_device_that_leaves_its_station_keeps_nothing_of_parcels(doors, pad):
    put(doors)
    look(doors)
    with doors.database.write() as connection:
        devices.place(connection, "pad-1", None)
    doors.site_data.look(everything=True)
    with doors.database.read() as connection:
        assert not kept.told(connection, of_device("pad-1"), "parcel")
