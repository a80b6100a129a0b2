r"""The bytes that answer a reading on the scanner's own port.

    verdict                        ack      echo
    kept                           06       06 text CR
    kept, and there is a warning   06 07    06 text CR, then 07 words CR
    obeyed, or it waits            07       07 text CR
    refused                        15       15 text CR
    full                           15       18 text CR

ACK first, whatever the warning: a scanner that knows no more takes the scan for kept, which it is, and nobody scans it
twice. The BEL after it makes the common handheld scanners beep once more ("beep on BEL"). With a language set, a
display gets a line `0E words CR` after each other answer: what was done or why not, and what is expected next. Digits
of a PIN are answered with a star in the place of the text.
"""

from typing import Final

from edge.config import ScannerSettings
from edge.core.dialogue import Outcome, Verdict
from edge.core.words import words

ACK, NAK, BEL, CAN, SO = b"\x06", b"\x15", b"\x07", b"\x18", b"\x0e"
_END: Final = b"\r"
_REPLIES: Final = {
    Verdict.FACT: ACK,
    Verdict.WARNED: ACK,
    Verdict.HELD: BEL,
    Verdict.COMMAND: BEL,
    Verdict.REFUSED: NAK,
}


def reply(settings: ScannerSettings, outcome: Outcome, data: bytes, refusal: bytes | None, expected: str) -> bytes:
    """All bytes for one reading, `data` as it came; `refusal` if its group was not committed."""
    code = refusal or _REPLIES[outcome.verdict]
    warned = outcome.verdict is Verdict.WARNED and not refusal
    if settings.confirm == "ack":
        return code + BEL if warned else code
    answer = code + (b"*" if outcome.secret else data) + _END
    if warned:
        answer += BEL + words(outcome, settings.language or "en").encode() + _END
    if settings.language:
        told = "" if warned or refusal else words(outcome, settings.language)
        answer += SO + "; ".join(part for part in (told, expected) if part).encode() + _END
    return answer
