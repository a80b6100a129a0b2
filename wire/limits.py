"""The sizes and times that both sides agree on."""

from typing import Final

BATCH_BYTES: Final = 256 * 1024
"""Greatest size of one published payload, in bytes; the broker's packet limit is above it."""

UNPACKED_BYTES: Final = 1024 * 1024
"""Greatest size of a payload that a hub reads at all, in bytes."""

ITEM_BYTES: Final = 16 * 1024
"""Greatest size of one encoded item, in bytes; the wrapping of an opaque item does not count."""

BATCH_ITEMS: Final = 20_000
"""Most items of one batch: more than fit into BATCH_BYTES, so that no payload costs a hub more than a sound one may."""

PACKET_BYTES: Final = 1280 * 1024
"""The broker's packet limit, in bytes: above UNPACKED_BYTES, so that an oversized batch reaches quarantine."""

WINDOW_BATCHES: Final = 32
"""Most batches in flight, per device."""

KEEP_DAYS: Final = 14
"""How long a device keeps facts that the hub confirmed, by the hub's time."""

MAX_SEQUENCE: Final = 2**53 - 1
"""Greatest sequence and other integer: exact in every JSON reader."""
