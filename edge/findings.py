"""What a check of the doctor's comes to."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One check: `fault` is True when the agent cannot do its work; `todo` is empty when nothing is to be done."""

    check: str
    said: str
    fault: bool = False
    todo: str = ""
