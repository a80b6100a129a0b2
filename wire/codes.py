"""Our own codes, for what has no GS1 number: parcels, places, people, goods without a barcode, tasks, and commands.

A code is `RR:` and a name, and `:` and a value where the name takes one. A barcode holds it as it is (any symbology):

    RR:P:<id>            a parcel: a handling unit
    RR:L:<site>/<bin>    a place; `RR:L:<site>` for the whole site
    RR:B:<badge>         a person's badge
    RR:G:<code>          goods without a barcode
    RR:T:<task>          a task, such as RR:T:delivery:D1
    RR:DO:load, RR:UNDO  every other name is a command; what it means is the dialogue's business

Values of the five are 1 to 80 ASCII letters, digits and `. _ - / :`, not beginning with a mark; case counts. A value
of a command is any text of at most 200 characters, or missing (None).

**Typed by hand** the five need two check digits after a star, `RR:G:BLANKET*55`, and `RR:` may be left out. They are
printed in the readable line under the barcode (`printed`), not in the barcode, which checks itself; a barcode that
has them is understood. The digits are the remainder modulo 97 of the name and value read as a number in base 10 with
the ASCII codes less 31 as its figures: 97 is a prime above the number of characters, so any single wrong character
and any swap of two neighbours is found (the argument of ISO 7064, MOD 97-10).

    read(text)  -> Code | None   what a barcode holds; None: not one of ours
    typed(text) -> Code | None   what a person typed: check digits demanded
    write(name, value) -> str    what to put into a barcode; ValueError if `read` would not give it back
    printed(name, value) -> str  what to print below it

`read` and `typed` never raise: a code of ours that is not sound has `fault`, a sentence for the person who scanned.
"""

import re
from typing import Final

from msgspec import Struct

PARCEL: Final = "P"
PLACE: Final = "L"
PERSON: Final = "B"
GOODS: Final = "G"
TASK: Final = "T"
NAMED: Final = {PARCEL: "parcel", PLACE: "place", PERSON: "badge", GOODS: "goods", TASK: "task"}
"""The names that are no commands, and what each stands for."""
LONGEST_VALUE: Final = 80
LONGEST_COMMAND: Final = 200
"""Greatest lengths of a value, of the five and of a command."""

_CODE = re.compile(r"(?:\][A-Za-z][0-9A-Za-z])?RR:([^:]*)(?::(.*))?", re.DOTALL).fullmatch
_TYPED = re.compile(r"(?:RR:)?([A-Z]+)(?::(.*))?", re.DOTALL).fullmatch
_VALUE = re.compile(rf"[0-9A-Za-z][0-9A-Za-z._/:-]{{0,{LONGEST_VALUE - 1}}}").fullmatch
_CHECKED = re.compile(r"(.*)\*([0-9]{2})", re.DOTALL | re.ASCII).fullmatch
_COMMAND = re.compile(r"[A-Z][A-Z0-9-]{0,19}").fullmatch


class Code(Struct, frozen=True, gc=False):
    """One code of ours, without symbology identifier and check digits."""

    name: str
    value: str | None = None
    fault: str = ""

    @property
    def is_command(self) -> bool:
        """Whether it steers a dialogue and names nothing."""
        return self.name not in NAMED

    @property
    def text(self) -> str:
        """The code as a barcode holds it: the same however it was read."""
        return f"RR:{self.name}" if self.value is None else f"RR:{self.name}:{self.value}"


def read(text: str) -> Code | None:
    """What a barcode holds; None if it is not of ours."""
    found = _CODE(text) if "RR:" in text[:6] else None
    return None if found is None else _read(found[1], found[2], needs_check=False)


def typed(text: str) -> Code | None:
    """What a person typed; None if it is not of ours. Only the five may go without `RR:`: a lot may look like `N:4`."""
    found = _TYPED(text.strip())
    if found is None or ("RR:" not in text and (found[1] not in NAMED or found[2] is None)):
        return None
    return _read(found[1], found[2], needs_check=True)


def write(name: str, value: str | None = None) -> str:
    """The text of a barcode. ValueError, which says why, if it could not be read back."""
    code = _read(name, value, needs_check=False)
    if code.fault or code.value != value:
        raise ValueError(code.fault or f"{code.text!r} would be read with check digits")
    return code.text


def printed(name: str, value: str | None = None) -> str:
    """The readable line under a barcode: with check digits where a person who types it needs them."""
    text = write(name, value)
    return text if value is None or name not in NAMED else f"{text}*{check_digits(name, value)}"


def check_digits(name: str, value: str) -> str:
    """The two check digits of a name and value of ASCII characters."""
    remainder = 0
    for character in f"{name}:{value}":
        remainder = (remainder * 10 + ord(character) - 31) % 97
    return f"{remainder:02d}"


def _read(name: str, value: str | None, *, needs_check: bool) -> Code:
    if name not in NAMED:
        return _command(name, value)
    checked = _CHECKED(value or "")
    if checked is not None:
        value = checked[1]
    if value is None or not _VALUE(value):
        return Code(name, value, f"a {NAMED[name]} code has 1 to {LONGEST_VALUE} letters, digits and . _ - / : in it")
    if checked is None and needs_check:
        return Code(name, value, f"type the {NAMED[name]} code with its star and two check digits: RR:{name}:...*00")
    if checked is not None and checked[2] != check_digits(name, value):
        return Code(name, value, f"the check digits *{checked[2]} do not fit {name}:{value}: read and type it again")
    return Code(name, value)


def _command(name: str, value: str | None) -> Code:
    if not _COMMAND(name):
        return Code(name, value, "a command is RR: and a name in capital letters")
    if value is not None and len(value) > LONGEST_COMMAND:
        return Code(name, value, f"a command has at most {LONGEST_COMMAND} characters after its name")
    return Code(name, value)
