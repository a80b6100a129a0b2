"""What a witness log adds up to where people hold things in hand, pick for a list and pack parcels."""

from firmware_sim.expect import expected_balances, kept
from firmware_sim.story import DONOR_IN
from firmware_sim.witness import SentScan, Witness

WATER = "011952100000001510L1"
GTIN = "19521000000015"
PARCEL = "RR:P:st-1.55FZG6"


def witness(*said: tuple[str, str]) -> Witness:
    """Texts, each with what was answered: ACK, BEL or NAK."""
    found = Witness()
    numbers = {"ACK": found.confirmed_n, "BEL": found.command_n, "NAK": found.refused_n}
    for n, (text, answer) in enumerate(said, 1):
        found.scans.append(SentScan(n=n, sent_ms=n, text=text, id=str(n)))
        numbers[answer].append(n)
    return found


def codes(*texts: str) -> list[tuple[str, str]]:
    return [(text, "BEL") for text in texts]


def test_a_place_keeps_what_was_in_hand_for_it_and_is_no_fact_itself():
    shelved = witness(
        *codes("RR:DO:put-away", "RR:L:wh-1/dock", "RR:N:40", WATER, PARCEL), ("RR:L:wh-1/a01", "ACK"), (WATER, "NAK")
    )
    assert [scan.text for scan in kept(shelved)] == [WATER, PARCEL]
    assert expected_balances([shelved]) == {("place:wh-1/dock", GTIN, "L1"): -40, ("place:wh-1/a01", GTIN, "L1"): 40}


def test_what_was_in_hand_before_a_reset_was_never_kept():
    forgotten = witness(*codes("RR:DO:put-away", "RR:L:wh-1/dock", WATER, "RR:RESET"), ("RR:L:wh-1/a01", "ACK"))
    assert kept(forgotten) == []
    assert expected_balances([forgotten]) == {}


def test_goods_are_picked_to_the_staging_and_packed_into_a_parcel():
    packed = witness(
        *codes("RR:DO:receive", "RR:L:wh-1/a01", "RR:N:9"), (WATER, "ACK"),
        *codes("RR:T:pick:P1", "RR:L:wh-1/a01", "RR:N:6"), (WATER, "ACK"),
        *codes("RR:T:consignment:C-1", "RR:DO:pack", "RR:L:wh-1/staging"), (PARCEL, "ACK"),
        *codes("RR:N:2"), (WATER, "ACK"),
    )  # fmt: skip
    assert [scan.text for scan in kept(packed)] == [WATER, WATER, PARCEL, WATER]
    assert expected_balances([packed]) == {
        (DONOR_IN, GTIN, "L1"): -9, ("place:wh-1/a01", GTIN, "L1"): 3, ("place:wh-1/staging", GTIN, "L1"): 4,
        ("unit:parcel:st-1.55FZG6", GTIN, "L1"): 2,
    }  # fmt: skip
