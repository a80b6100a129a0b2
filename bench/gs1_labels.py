"""Sound labels of every kind, each another, out of a seed: what bench.gs1 reads.

Encoded by firmware_sim.gs1, which knows nothing of our reader.
"""

import random
from collections.abc import Callable, Iterator

from firmware_sim.gs1 import GS, check_digit

_LETTERS = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def common(rng: random.Random, count: int) -> Iterator[str]:
    """GS1-128 and GS1 DataMatrix of GTIN, expiry, lot and serial number, in either of the two usual orders."""
    for number in range(count):
        lot, serial, head = (
            _text(rng, 4, 12),
            f"{_text(rng, 2, 8)}{number}",
            rng.choice(("]C1", "]d2")) + f"01{_gtin(rng)}",
        )
        if number % 2:
            yield f"{head}17{_date(rng)}10{lot}{GS}21{serial}"
        else:
            yield f"{head}21{serial}{GS}17{_date(rng)}10{lot}"


def mixed(rng: random.Random, count: int) -> Iterator[str]:
    """The kinds in turn."""
    for number in range(count):
        yield _KINDS[number % len(_KINDS)](rng)


def _usual(rng: random.Random) -> str:
    return f"]C101{_gtin(rng)}17{_date(rng)}10{_text(rng, 4, 12)}{GS}21{_text(rng, 6, 12)}"


def _pallet(rng: random.Random) -> str:
    return f"]C100{_key(rng, 18)}02{_gtin(rng)}37{rng.randrange(1, 500)}{GS}10{_text(rng, 4, 12)}"


def _shipment(rng: random.Random) -> str:
    """AIs of many sorts: weight, customer's part number, location, coordinates, country."""
    parts = [
        f"240{_text(rng, 3, 20)}{GS}",
        f"414{_key(rng, 13)}",
        f"310{rng.randrange(6)}{rng.randrange(10**6):06d}",
        f"422{rng.choice(('156', '250', '756', '404'))}{GS}",
        f"7003{_date(rng)}{rng.randrange(24):02d}{rng.randrange(60):02d}{GS}",
        f"91{_text(rng, 1, 30)}{GS}",
    ]
    rng.shuffle(parts)
    return f"]d201{_gtin(rng)}{''.join(parts[:3])}".rstrip(GS)


def _bracketed(rng: random.Random) -> str:
    return f"(01){_gtin(rng)}(17){_date(rng)}(10){_text(rng, 4, 12)}"


def _link(rng: random.Random) -> str:
    path = f"https://id.example.org/01/{_gtin(rng)}/10/{_text(rng, 4, 12)}/21/{_text(rng, 6, 12)}"
    return f"]Q1{path}?17={_date(rng)}" if rng.random() < 0.5 else f"]Q1{path}"


def _retail(rng: random.Random) -> str:
    return f"]E0{_key(rng, 13)}"


def _case(rng: random.Random) -> str:
    return f"]I1{_gtin(rng)}"


def _composite(rng: random.Random) -> str:
    return f"]E0{_key(rng, 13)}|]e010{_text(rng, 4, 12)}{GS}17{_date(rng)}"


_KINDS: tuple[Callable[[random.Random], str], ...] = (
    *(_usual, _bracketed, _link, _retail),
    *(_pallet, _bracketed, _link, _composite),
    *(_shipment, _bracketed, _link, _case),
)
"""In equal parts: element strings, AIs in brackets, Digital Links, and EAN or ITF-14."""


def _key(rng: random.Random, length: int) -> str:
    body = f"{rng.randrange(10 ** (length - 1)):0{length - 1}d}"
    return body + check_digit(body)


def _gtin(rng: random.Random) -> str:
    return _key(rng, 14)


def _date(rng: random.Random) -> str:
    return f"{rng.randrange(20, 40):02d}{rng.randrange(1, 13):02d}{rng.randrange(1, 29):02d}"


def _text(rng: random.Random, shortest: int, longest: int) -> str:
    return "".join(rng.choices(_LETTERS, k=rng.randrange(shortest, longest + 1)))
