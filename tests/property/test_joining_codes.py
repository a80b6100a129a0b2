import hashlib

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from wire.joining import (
    ALPHABET,
    Code,
    CodeError,
    Invitation,
    base32,
    check_character,
    fingerprint,
    parse_code,
    parse_invitation,
    renewed_text,
)

few = settings(deadline=None, max_examples=100)

signs = st.sampled_from(ALPHABET)
codes = st.builds(
    Code, secret=st.text(signs, min_size=8, max_size=8), fingerprint=st.text(signs, min_size=16, max_size=16)
)
hosts = st.one_of(
    st.sampled_from(["hub.example.org", "relay", "localhost"]),
    st.ip_addresses(v=4).map(str),
    st.ip_addresses(v=6).map(str),
)
invitations = st.builds(Invitation, host=hosts, port=st.integers(1, 65_535), code=codes)


def test_a_code_is_shown_in_five_groups_of_five_with_the_check_character_last():
    code = Code(secret="00000001", fingerprint="0" * 15 + "1")
    # 1 at place 8 and 1 at place 24: 32 modulo 31 is 1.
    assert str(code) == "00000-00100-00000-00000-00011"


@few
@given(codes)
def test_a_code_is_read_back_as_it_was_made(code):
    assert parse_code(str(code)) == code


@settings(deadline=None, max_examples=30)
@given(codes, st.data())
def test_a_code_is_read_however_a_person_types_it(code, data):
    typed = ""
    for sign in str(code):
        alike = {"0": "0Oo", "1": "1IiLl", "-": "- "}.get(sign, sign + sign.lower())
        typed += data.draw(st.sampled_from(alike)) + data.draw(st.sampled_from(["", " ", "-"]))
    assert parse_code(typed) == code


@few
@given(codes, st.integers(0, 24), signs)
def test_one_wrong_character_is_seen(code, place, wrong):
    text = str(code).replace("-", "")
    assume(text[place] != wrong and {text[place], wrong} != {"0", "Z"})
    with pytest.raises(CodeError, match="look at it again"):
        parse_code(text[:place] + wrong + text[place + 1 :])


@few
@given(codes, st.integers(0, 22))
def test_two_neighbours_that_changed_places_are_seen(code, place):
    text = str(code).replace("-", "")
    first, second = text[place], text[place + 1]
    assume(first != second and {first, second} != {"0", "Z"})
    with pytest.raises(CodeError):
        parse_code(text[:place] + second + first + text[place + 2 :])


@few
@given(codes, st.text())
def test_any_other_text_is_refused_with_one_kind_of_error(code, text):
    for read in (parse_code, parse_invitation):
        with pytest.raises(CodeError):
            read(text + "U" + str(code))


def test_the_refusal_of_a_code_does_not_repeat_its_secret():
    with pytest.raises(CodeError) as error:
        parse_code("SECRET99" + "0" * 17)
    assert "SECRET99" not in str(error.value)


@few
@given(codes, st.integers(1, 24))
def test_a_code_that_is_too_short_or_too_long_is_refused_with_its_length(code, count):
    text = str(code).replace("-", "")
    with pytest.raises(CodeError, match=f"has {count}"):
        parse_code(text[:count])
    with pytest.raises(CodeError, match=f"has {25 + count}"):
        parse_code(text + text[:count])


def test_a_character_that_no_code_has_is_named():
    with pytest.raises(CodeError, match="'U'"):
        parse_code("U" * 25)


@few
@given(invitations)
def test_a_qr_code_is_read_back_as_it_was_made_in_either_case(invitation):
    assert parse_invitation(str(invitation)) == invitation
    assert parse_invitation(str(invitation).upper() + "\r\n") == invitation


@few
@given(invitations, st.sampled_from(["http://", "relay+join:", "relay+join://@", "relay+join://x/"]))
def test_another_qr_code_is_refused(invitation, beginning):
    with pytest.raises(CodeError):
        parse_invitation(beginning + str(invitation).removeprefix("relay+join://x/"))
    with pytest.raises(CodeError):
        parse_invitation(f"relay+join://{invitation.host}:0/{invitation.code}")


@few
@given(st.binary(max_size=2000))
def test_the_fingerprint_is_the_first_eighty_bits_of_sha_256(der):
    text = fingerprint(der)
    bits = int.from_bytes(hashlib.sha256(der).digest()[:10], "big")
    assert (len(text), [ALPHABET.index(sign) for sign in text]) == (16, [bits >> 5 * i & 31 for i in range(15, -1, -1)])


def test_base_32_begins_with_the_most_significant_bits():
    assert base32(bytes.fromhex("f800000001")) == "Z0000001"


def test_the_check_character_is_the_weighted_sum_modulo_31():
    assert check_character("Z" * 24) == ALPHABET[31 * 24 * 25 // 2 % 31] == "0"
    assert check_character("Y" + "0" * 23) == "Y"


def test_what_is_signed_to_renew_cannot_be_mistaken_for_anything_else():
    assert renewed_text(b"\x30") == b"relay-renew-v1\n\x30"
