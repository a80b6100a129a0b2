"""What a check of the doctor found."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One check; `ok` None means that it could not be made."""

    check: str
    ok: bool | None
    sentence: str
