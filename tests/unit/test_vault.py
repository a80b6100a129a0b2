"""What is sealed opens for whom it was sealed, and the names that others see tell little."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.core import finding
from hub.core.masking import last_digits, masked
from hub.pinyin import readings
from hub.vault import Vault, VaultError

ONE, OTHER = Vault(b"1" * 32), Vault(b"2" * 32)


def test_a_seal_opens_for_its_purpose_and_subject_alone():
    sealed = ONE.seal("recipient", "a", "王秀芳".encode())
    assert ONE.open("recipient", "a", sealed).decode() == "王秀芳"
    for vault, purpose, about, bytes_ in (
        (OTHER, "recipient", "a", sealed), (ONE, "call", "a", sealed), (ONE, "recipient", "b", sealed),
        (ONE, "recipien", "ta", sealed), (ONE, "recipient", "a", sealed[:-1]), (ONE, "recipient", "a", b""),
        (ONE, "recipient", "a", sealed[:-1] + bytes([sealed[-1] ^ 1])),
    ):  # fmt: skip
        with pytest.raises(VaultError):
            vault.open(purpose, about, bytes_)


def test_an_index_is_the_same_for_the_same_text_and_key_and_for_nothing_else():
    assert ONE.index("p", "text") == ONE.index("p", "text")
    found = {ONE.index("p", "text"), ONE.index("pt", "ext"), ONE.index("p", "texts"), OTHER.index("p", "text")}
    assert len(found) == 4
    assert all(len(each) == 16 for each in found)


def test_a_folder_has_one_key_for_its_owner_alone(tmp_path):
    sealed = Vault.of(tmp_path).seal("p", "a", b"x")
    assert Vault.of(tmp_path).open("p", "a", sealed) == b"x"
    assert (tmp_path / "vault.key").stat().st_mode & 0o777 == 0o600
    (tmp_path / "vault.key").write_bytes(b"short")
    with pytest.raises(VaultError):
        Vault.of(tmp_path)


@pytest.mark.parametrize(
    ("name", "shown"),
    [("王秀芳", "王*芳"), ("王芳", "王*"), ("王", "王*"), ("欧阳娜娜", "欧**娜"), ("阿依古丽·买买提", "阿**提"),
     ("Wang Fang", "W*** F***"), ("B", "***"), ("María", "M***")],
)  # fmt: skip
def test_a_masked_name_is_its_first_and_last_sign(name, shown):
    assert masked(name) == shown


@given(st.text(max_size=40))
def test_a_masked_name_is_never_the_name(name):
    assert not name.strip() or masked(name) != name.strip() or "*" in name


@given(st.text(alphabet="0123456789 +-()", max_size=20))
def test_four_digits_are_told_of_a_number_that_has_many_more(phone):
    shown = last_digits(phone)
    assert len(shown) in (0, 4)
    assert not shown or sum(sign.isdecimal() for sign in phone) >= 7


@settings(deadline=None)  # the first question loads the dictionary
@given(st.text(alphabet="王秀芳单曾仇李建国阿依", min_size=1, max_size=6), st.data())
def test_whoever_types_a_part_of_a_name_or_its_pinyin_finds_it(name, data):
    known = finding.keys(name, ["13800138000"], readings)
    start = data.draw(st.integers(0, len(name) - 1))
    part = name[start : data.draw(st.integers(start + 1, len(name)))]
    spoken = "".join(each[0] for each in readings(part))
    initials = "".join(each[0][0] for each in readings(part))
    for typed in (part, spoken, initials, f"{part} 38000", "138 0013 8000"):
        _, ways = finding.wanted(typed)
        assert any(way <= known for way in ways) or (len(typed) < 2 and not ways), typed


@settings(deadline=None)
@given(st.text(max_size=60), st.lists(st.text(max_size=30), max_size=3))
def test_any_text_has_keys_and_asks_for_something_or_nothing(text, phones):
    assert finding.keys(text, phones, readings)
    last4, ways = finding.wanted(text)
    assert last4 == "" or len(last4) == 4
    assert len(ways) <= 2
