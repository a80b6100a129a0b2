"""By what a person is found again: keys of name and telephone, and the keys that a typed text asks for. Pure.

A key is text such as `han:王秀`, `abc:wangx` or `tel:34567`; the hub stores only its keyed hash, so a key must be equal
to be found, and every part that somebody may type is a key of its own:

- of a Chinese name all parts of up to three characters, anywhere in it;
- of its pinyin, and of the words of other names, all beginnings from each syllable on (`wangx`, `xiuf`), and the
  initials of syllables that stand together (`wxf`, `xf`); `v` and `ü` are `u`, accents and marks go;
- of a telephone number all endings of five digits and more, without the code of the country.
"""

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from itertools import islice, product
from typing import Final, TypeAlias

from hub.core.masking import LAST, digits

Readings: TypeAlias = Callable[[str], Sequence[Sequence[str]]]

PART: Final = 3
LEAST_DIGITS: Final = 5
MOST_DIGITS: Final = 15
MOST_LETTERS: Final = 24
MOST_NAME: Final = 12
"""Characters or words of a name that are looked at."""
MOST_WAYS: Final = 12
"""Of reading a name: 单曾仇 has many."""
_COUNTRY: Final = "86"
_HOME_DIGITS: Final = 11


def number(phone: str) -> str:
    """A telephone number as it is compared: digits alone, +86 and leading noughts of a mobile number left out."""
    found = digits(phone).removeprefix("00")
    home = found.removeprefix(_COUNTRY)
    return (home if len(home) == _HOME_DIGITS else found)[-MOST_DIGITS:]


def whole(name: str) -> str:
    """A name as it is compared with another."""
    return "".join(_folded(name).split())


def keys(name: str, phones: Sequence[str], readings: Readings) -> set[str]:
    """Everything that finds somebody of this name and these numbers."""
    found = {f"name:{whole(name)}"}
    han, words = _han(name), _words(name)
    found |= {f"han:{han[at : at + size]}" for size in range(1, PART + 1) for at in range(len(han) - size + 1)}
    spoken = readings(han) if han else []
    for syllables in islice(product(*(map(_letters, each) for each in spoken)), MOST_WAYS):
        found |= set(_sounds(syllables))
    found |= set(_sounds(words))
    for phone in map(number, phones):
        found |= {f"tel:{phone[at:]}" for at in range(len(phone) - LEAST_DIGITS + 1)}
        found |= {f"phone:{phone}"} if phone else set()
    return found


def wanted(text: str) -> tuple[str, list[frozenset[str]]]:
    """What a typed text asks for: four last digits or '', and ways in which the keys of somebody may meet it.

    One way is enough; all keys of it must be there. No way at all: the text is too short to ask for anybody.
    """
    numbers, last4, must = "", "", set()
    named: list[str] = []
    for term in text.split()[:MOST_NAME]:
        figures = digits(term)
        if figures and not any(sign.isalpha() for sign in term):
            numbers += figures
        else:
            named.append(term)
    if len(numbers) == LAST:
        last4 = numbers
    elif len(numbers) > LAST:
        must.add(f"tel:{number(numbers)}")
    han = _han(" ".join(named))
    size = min(PART, len(han))
    must |= {f"han:{han[at : at + size]}" for at in range(len(han) - size + 1)} if han else set()
    words = _words(" ".join(named))
    ways = [frozenset(must)]
    if words:
        joined = "".join(words)[:MOST_LETTERS]
        ways = [frozenset(must | {f"abc:{joined}"}), frozenset(must | {f"abc:{word[:MOST_LETTERS]}" for word in words})]
        if len(joined) < 2 and not (must or last4):
            return "", []
    return last4, list(dict.fromkeys(way for way in ways if way))


def _sounds(syllables: Sequence[str]) -> Iterator[str]:
    """All beginnings from each syllable on, and all initials that stand together."""
    for at in range(len(syllables)):
        rest = "".join(syllables[at:])[:MOST_LETTERS]
        yield from (f"abc:{rest[:size]}" for size in range(1, len(rest) + 1))
        first = "".join(each[0] for each in syllables[at:])
        yield from (f"abc:{first[:size]}" for size in range(2, len(first) + 1))


def _han(name: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFKC", name) if _is_han(sign))[:MOST_NAME]


def _words(name: str) -> list[str]:
    """The words that are not Chinese, in small letters without accents."""
    spread = "".join(" " if _is_han(sign) else sign for sign in unicodedata.normalize("NFKC", name))
    return [word for word in map(_letters, spread.split()) if word][:MOST_NAME]


def _letters(word: str) -> str:
    return "".join(sign for sign in _folded(word) if sign.isalnum()).replace("v", "u")


def _folded(text: str) -> str:
    spread = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    return unicodedata.normalize("NFC", "".join(sign for sign in spread if not unicodedata.combining(sign)))


def _is_han(sign: str) -> bool:
    return unicodedata.name(sign, "").startswith("CJK")
