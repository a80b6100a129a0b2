"""Reading a table of settings key by key, and collecting what is wrong with it.

A faulty value is noted and replaced by its default, so that the rest is still checked.
"""

import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from wire.messages import Account, Name
from wire.topics import is_device

_AFFIX_BYTES = 16


@dataclass(slots=True)
class Faults:
    """What was found: faults stop the agent, advice does not."""

    found: list[str] = field(default_factory=list)
    advice: list[str] = field(default_factory=list)


class Section:
    """One table of the file, by its name in it; keys are taken out as they are read."""

    def __init__(self, table: dict[str, Any], name: str, faults: Faults) -> None:
        self._table = dict(table)
        self._known: list[str] = []
        self._name = name
        self._faults = faults

    @property
    def given(self) -> bool:
        """Whether anything is in it that was not read yet."""
        return bool(self._table)

    def fault(self, key: str, what: str) -> None:
        """Note that a key is wrong; `what` goes on where the key's name ends."""
        self._faults.found.append(f"{self._name}{key}: {what}")

    def table(self, key: str, *, required: bool = False) -> "Section":
        """A table inside of this one; an empty one where it is missing."""
        value = self._take(key, None)
        if value is None and required:
            self._faults.found.append(f"[{key}]: is missing; add the section, see deploy/edge.example.toml")
        if value is not None and not isinstance(value, dict):
            self._faults.found.append(f"{key}: must be a section, written [{key}]")
        # A section that is not there has no single keys to complain about.
        quiet = Faults() if required and not isinstance(value, dict) else self._faults
        return Section(value if isinstance(value, dict) else {}, f"[{key}] ", quiet)

    def tables(self, key: str) -> Iterator["Section"]:
        """The tables of an array of tables, none where it is missing."""
        value = self._take(key, [])
        if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
            self._faults.found.append(f"{key}: must be sections, each written [[{key}]]")
            return
        for number, entry in enumerate(value, start=1):
            yield Section(entry, f"[[{key}]] {number} ", self._faults)

    def text(self, key: str, default: str | None = None) -> str:
        """A text that is not empty."""
        value = self._take(key, default)
        if value is None:
            self.fault(key, "is missing")
        elif not isinstance(value, str):
            self.fault(key, f'must be text in quotes, not {value!r}: write {key} = "..."')
        elif not value.strip() and value != default:
            self.fault(key, "is empty")
        elif "\x00" in value:
            self.fault(key, "must not hold a NUL character")
        else:
            return value
        return default or ""

    def integer(self, key: str, default: int, *, least: int, most: int) -> int:
        """A whole number."""
        value = self._take(key, default)
        if type(value) is not int or not least <= value <= most:
            self.fault(key, f"must be a whole number from {least} to {most}, not {value!r}")
            return default
        return value

    def boolean(self, key: str, default: bool) -> bool:
        """True or false."""
        value = self._take(key, default)
        if not isinstance(value, bool):
            self.fault(key, f"must be true or false, not {value!r}")
            return default
        return value

    def choice(self, key: str, choices: tuple[str, ...], default: str | None = None) -> str:
        """One of some words."""
        value = self._take(key, default)
        if value not in choices:
            said = "is missing" if value is None else f"is {value!r}"
            self.fault(key, f"{said}; use one of {', '.join(choices)}")
            return default or choices[0]
        return str(value)

    def device(self, key: str, default: str | None = None) -> str:
        """A device's name."""
        value = self.text(key, default)
        if value and not is_device(value):
            self.fault(key, f"{value!r} is no device name; use 1 to 40 of a-z, 0-9 and hyphen")
        return value

    def account(self, key: str) -> str | None:
        """An account, or None."""
        return self._converted(
            key, Account, 'is no account; write it like "place:wh-1/a01", "unit:..." or "transit:..."'
        )

    def name(self, key: str) -> str | None:
        """A name of 1 to 100 characters, or None."""
        return self._converted(key, Name, "is no name; use 1 to 100 characters")

    def affix(self, key: str, default: str, *, needed: bool = False) -> bytes:
        """The bytes before or after a scanner's data: ASCII, control characters in TOML's escapes."""
        value = self._take(key, default)
        if not isinstance(value, str) or not value.isascii() or len(value) > _AFFIX_BYTES or (needed and not value):
            least = 1 if needed else 0
            self.fault(key, f'must be {least} to {_AFFIX_BYTES} ASCII characters such as "\\r\\n", not {value!r}')
            return default.encode()
        return value.encode()

    def private(self, file: Path, key: str) -> None:
        """Advise to hide a file that holds a secret."""
        try:
            mode = file.stat().st_mode
        except OSError:
            return
        if mode & (stat.S_IRWXG | stat.S_IRWXO):
            said = f"{self._name}{key}: others on this machine can read {file}: chmod 600 {file}"
            self._faults.advice.append(said)

    def rest(self) -> None:
        """Complain about the keys that nothing asked for."""
        for key in self._table:
            near = _nearest(key, self._known)
            self.fault(key, f"is unknown{f'; is {near} meant?' if near else ''}")

    def _take(self, key: str, default: Any) -> Any:
        self._known.append(key)
        return self._table.pop(key, default)

    def _converted(self, key: str, kind: Any, what: str) -> str | None:
        value = self._take(key, None)
        if value is None:
            return None
        try:
            return str(msgspec.convert(value, type=kind))
        except msgspec.ValidationError:
            self.fault(key, f"{value!r} {what}")
            return None


def _nearest(key: str, known: list[str]) -> str | None:
    from difflib import get_close_matches  # noqa: PLC0415 - only a faulty file needs it

    return next(iter(get_close_matches(key, known, n=1)), None)
