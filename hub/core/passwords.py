"""Which passwords and PINs are too easy to guess. Pure.

Passwords are guessed at a door that makes names wait (hub.api.sign_in), PINs at a device that holds a thief back too
(edge.sign_on): so the rules keep out only what is tried first. Length counts, and not which signs are mixed (NIST SP
800-63B, 5.1.1.2).
"""

import re
from typing import Final

SHORTEST: Final = 10
LONGEST: Final = 1000
PIN_DIGITS: Final = (4, 8)

_ENDS = re.compile(r"^[\W\d_]+|[\W\d_]+$")
_MARKS = re.compile(r"[\W\d_]+")
_DISGUISE = str.maketrans("@430$51", "aaeossi")
_PIN = re.compile(r"[0-9]{4,8}", re.ASCII).fullmatch
_RUNS: Final = ("0123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm", "qazwsxedcrfvtgbyhnujmikolp")
_COMMON: Final = frozenset(
    """
    password passwort motdepasse contrasena administrator administrateur superuser rootroot adminadmin
    letmein welcome changeme iloveyou football baseball basketball princess sunshine superman batman trustno1 starwars
    whatever computer internet samsung michael jennifer shadow monkey dragon master mustang access freedom secret
    woaini woainima wosini caonima mima mimamima aini
    relief reliefrelay relay redcross redcrescent humanitarian emergency earthquake disaster warehouse supervisor
    operator hospital ambulance volunteer
    """.split()  # noqa: SIM905 (words are read more easily so)
)
_OBVIOUS_PINS: Final = frozenset(
    {"2580", "0852", "1397", "7913", "1379", "147258", "159753", "147852", "13579", "24680"}
)


def password_fault(password: str, name: str) -> str | None:
    """Why this is no password for that person, as a sentence; None: it is one."""
    if len(password) < SHORTEST:
        return f"a password has at least {SHORTEST} characters"
    if len(password) > LONGEST:
        return f"a password has at most {LONGEST} characters"
    plain = password.casefold().strip()
    core = _MARKS.sub("", _ENDS.sub("", plain).translate(_DISGUISE))
    if len(set(plain)) < 4 or _is_run(plain) or _is_repeated(plain):
        return "this password repeats or counts up: everybody tries that first"
    if any(word == core or word * 2 == core for word in _COMMON) or plain in _COMMON:
        return "this password is one of those that everybody tries first: take a few words that do not belong together"
    if len(name) >= 3 and name.casefold() in plain and len(plain) - len(name) < SHORTEST - 2:
        return "the name is no password, nor is the name and a little more"
    return None


def pin_fault(pin: str) -> str | None:
    """Why this is no PIN, as a sentence; None: it is one."""
    least, most = PIN_DIGITS
    if not _PIN(pin):
        return f"a PIN has {least} to {most} digits"
    if len(set(pin)) == 1 or _is_run(pin) or _is_repeated(pin) or pin in _OBVIOUS_PINS:
        return "this PIN repeats or counts up, or is a pattern of the keys: everybody tries that first"
    if len(pin) == 4 and pin[:2] in {"19", "20"}:
        return "a year is no PIN: everybody tries that first"
    return None


def _is_run(text: str) -> bool:
    """Whether it counts up or down, or walks along a row of keys."""
    return any(text in run * 3 or text[::-1] in run * 3 for run in _RUNS)


def _is_repeated(text: str) -> bool:
    """Whether it is a short piece again and again."""
    half = range(1, len(text) // 2 + 1)
    return any(len(text) % size == 0 and text[:size] * (len(text) // size) == text and size <= 4 for size in half)
