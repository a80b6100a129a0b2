"""How Chinese characters are read: the dictionary of pypinyin, loaded with its first question (about 0.2 s)."""

from typing import Final

MOST_READINGS: Final = 3


def readings(text: str) -> list[tuple[str, ...]]:
    """For each character of a Chinese text its readings without tones, the commonest first; what is none stays."""
    from pypinyin import Style, pinyin  # noqa: PLC0415 - 10 MiB that a hub without help-lines never needs

    found: list[tuple[str, ...]] = []
    for sign in text:
        each = pinyin(sign, style=Style.NORMAL, heteronym=True)[0]
        found.append(tuple(dict.fromkeys(each))[:MOST_READINGS])
    return found
