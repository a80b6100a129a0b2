"""Passwords and PINs that everybody tries first."""

import pytest

from hub.core.passwords import password_fault, pin_fault


@pytest.mark.parametrize(
    "password",
    [
        "short", "123456789", "1234567890", "0987654321", "aaaaaaaaaaaa", "abcabcabcabc", "abcdefghijkl", "qwertyuiop",
        "Password1234!", "P@ssword2026", "Welcome12345", "redcross2026", "ReliefRelay1", "ana-maria-1", "1ana-maria",
        "woaini520520", "1212121212", "x" * 1001, "          ", "administrator",
    ],
)  # fmt: skip
def test_a_password_that_everybody_tries_first_is_none(password):
    assert password_fault(password, "ana-maria")


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery",
        "Wald-Lampe-77-Fluss",
        "我家门口有三棵老树很高",
        "kettle redcross lamp",
        "k3$9vQz!mW",
        "  ten letters  ",
    ],
)
def test_a_few_words_that_do_not_belong_together_are_a_password(password):
    assert password_fault(password, "ana-maria") is None


@pytest.mark.parametrize(
    "pin",
    [
        "",
        "123",
        "123456789",
        "0000",
        "1111",
        "1234",
        "4321",
        "8901",
        "1212",
        "123123",
        "2580",
        "1984",
        "2026",
        "12a4",
        "١٢٣٤",
        "7 31",
    ],
)
def test_a_pin_that_everybody_tries_first_is_none(pin):
    assert pin_fault(pin)


@pytest.mark.parametrize("pin", ["7391", "0417", "493817", "80461537"])
def test_other_digits_are_a_pin(pin):
    assert pin_fault(pin) is None
