import pytest

from wire.checkdigits import check_digit, expand_upc_e, is_checked, is_digits


@pytest.mark.parametrize(
    "key",
    ["9501101530003", "036000291452", "96385074", "10614141000415", "106141412345678908", "00000000000000"],
)
def test_the_check_digit_of_a_printed_key_is_found(key):
    assert check_digit(key[:-1]) == key[-1]
    assert is_checked(key)


def test_every_wrong_last_digit_is_refused():
    right = [digit for digit in "0123456789" if is_checked(f"950110153000{digit}")]
    assert right == ["3"]


@pytest.mark.parametrize("text", ["", "12a", "٠١٢٣٤٥٦٧", "１２３４", "1²", "-1", " 1", "1\x00"])
def test_only_ascii_digits_are_digits(text):
    assert not is_digits(text)
    assert not is_checked(text)
    with pytest.raises(ValueError, match="not of the digits"):
        check_digit(text)


@pytest.mark.parametrize(
    ("six", "long"),
    [
        ("123450", "01200000345"),
        ("123451", "01210000345"),
        ("425261", "04210000526"),
        ("123452", "01220000345"),
        ("123453", "01230000045"),
        ("123454", "01234000005"),
        ("123456", "01234500006"),
        ("123459", "01234500009"),
    ],
)
def test_a_upc_e_is_expanded_by_its_last_digit(six, long):
    check = check_digit(long)
    assert expand_upc_e(f"0{six}{check}") == long + check


@pytest.mark.parametrize(("short", "long"), [("04252614", "042100005264"), ("01234565", "012345000065")])
def test_a_printed_upc_e_is_expanded(short, long):
    assert expand_upc_e(short) == long


def test_every_upc_e_expands_to_a_upc_a_that_could_be_suppressed():
    for six in ("123450", "123451", "123452", "123453", "123454", "123455", "123459", "000000"):
        found = [expand_upc_e(f"0{six}{check}") for check in "0123456789"]
        whole = [code for code in found if code]
        assert len(whole) == 1
        assert len(whole[0]) == 12


@pytest.mark.parametrize("text", ["21234565", "0123456", "01234564", "0123456x", ""])
def test_what_is_no_upc_e_is_not_expanded(text):
    assert expand_upc_e(text) is None
