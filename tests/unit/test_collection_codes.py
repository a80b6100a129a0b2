"""Collection codes: what they look like, and that typing errors are told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wire.collecting import (
    MARKS,
    Claim,
    Code,
    ProxyVerifier,
    Sealed,
    check_of,
    code_of,
    decode_claim,
    decode_sealed,
    encode,
    grouped,
    read_code,
)
from wire.errors import DecodeError

MARK = st.integers(min_value=MARKS.start, max_value=MARKS.stop - 1)
SECRET = st.from_regex(r"[0-9]{6}", fullmatch=True)


def test_the_check_digit_is_that_of_damms_own_example() -> None:
    assert check_of("572") == "4"


@given(MARK, SECRET)
def test_a_code_is_read_as_it_was_made_however_people_group_it(mark: int, secret: str) -> None:
    code = code_of(mark, secret)
    assert len(code) == 9
    for typed in (code, grouped(code), code[:3] + "-" + code[3:], f" {code} "):
        assert read_code(typed) == Code(mark=mark, secret=secret)


@given(MARK, SECRET, st.integers(0, 8), st.integers(1, 9))
def test_every_single_wrong_digit_is_told(mark: int, secret: str, at: int, more: int) -> None:
    code = code_of(mark, secret)
    wrong = code[:at] + str((int(code[at]) + more) % 10) + code[at + 1 :]
    assert read_code(wrong) is None


@given(MARK, SECRET, st.integers(0, 7))
def test_every_two_neighbours_exchanged_are_told(mark: int, secret: str, at: int) -> None:
    code = code_of(mark, secret)
    wrong = code[:at] + code[at + 1] + code[at] + code[at + 2 :]
    assert wrong == code or read_code(wrong) is None


@pytest.mark.parametrize("typed", ["", "1", "12345678", "1234567890", "41203892x", "٤١٢٠٣٨٩٢٧", "4120\x0038927"])
def test_what_is_not_nine_digits_is_no_code(typed: str) -> None:
    assert read_code(typed) is None


def test_what_is_sealed_comes_back_with_its_proxies() -> None:
    proxy = ProxyVerifier(salt=b"s" * 16, hash=b"h" * 32, hint="07", number=2)
    sealed = Sealed(salt=b"a" * 16, hash=b"b" * 32, hint="41", round=3, proxies=(proxy,))
    assert decode_sealed(encode(sealed)) == sealed


def test_what_is_found_in_a_seal_is_never_quoted() -> None:
    with pytest.raises(DecodeError) as told:
        decode_sealed(b'{"salt":"c2VjcmV0","hash":"x","hint":"4711"}')
    assert "4711" not in str(told.value)
    assert told.value.__cause__ is None


def test_a_claim_names_parcels_and_nothing_else() -> None:
    claim = Claim(parcels=("st-1.0A1B2C", "van.ZZZZZZ"))
    assert decode_claim(encode(claim)) == claim
    for bad in (b'{"parcels":[]}', b'{"parcels":["../x.0A1B2C"]}', b'{"parcels":["st.0A1B2I"]}', b"[]"):
        with pytest.raises(DecodeError):
            decode_claim(bad)
