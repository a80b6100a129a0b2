"""Asking the hub, before parcels are handed over, whether another device was quicker; and not waiting for it long."""

import threading

import msgspec

from edge.admittance import admitted
from edge.config import Settings
from edge.door import UnheardError
from edge.errors import EdgeError
from wire.collecting import CLAIM_WAIT_S, Claim, Claimed


def claim(settings: Settings, parcels: tuple[str, ...], token: str) -> tuple[Claimed, str] | None:
    """What the hub says of these, and what it let this device in by; None where it did not say it in time.

    A token that is still good saves two questions of three, which a slow line has no time for.
    """
    heard: list[tuple[Claimed, str]] = []

    def ask() -> None:
        for known in dict.fromkeys((token, "")):
            try:
                entry = admitted(settings, CLAIM_WAIT_S, known)
                heard.append((entry.door.claim(entry.context, entry.token, Claim(parcels=parcels)), entry.token))
            except UnheardError:
                return
            except (EdgeError, OSError, msgspec.ValidationError):
                continue  # the token ended; else it is opened by what is known here, and given twice shows at the hub
            return

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(CLAIM_WAIT_S)
    return heard[0] if heard else None
