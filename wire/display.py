"""Text of others, made fit to be shown: nothing in it steers a terminal, turns the direction of writing or hides."""

import unicodedata


def hidden(text: str) -> str | None:
    """The first character that does not show itself, named; None: all of them do. Spaces of any width do."""
    for sign in text:
        if not (sign.isprintable() or unicodedata.category(sign) == "Zs"):
            return f"U+{ord(sign):04X} ({unicodedata.name(sign, 'a control character')})"
    return None


def shown(text: str, most: int = 1000) -> str:
    """The text with every character that does not show itself (controls, escapes, marks of direction) written out."""
    cut = text if len(text) <= most else text[: most - 1] + "…"
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in cut)
