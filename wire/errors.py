"""What can be wrong with what arrives, and why something is set aside."""

from enum import StrEnum


class WireError(Exception):
    """Something that came over the wire, or should go there, does not follow the contract."""


class DecodeError(WireError):
    """Bytes that are not a message of the contract."""


class TopicError(WireError):
    """Not a topic of the contract."""


class Reason(StrEnum):
    """Why an item is in quarantine: shown to people, so each has a sentence in SENTENCES."""

    UNREADABLE = "unreadable"
    UNKNOWN_KIND = "unknown-kind"
    INVALID = "invalid"
    TOO_LARGE = "too-large"
    REFUSED_BY_STORE = "refused-by-store"
    UNINTERPRETABLE = "uninterpretable"
    BAD_BATCH = "bad-batch"
    FOREIGN = "foreign"
    TOO_MANY = "too-many"


SENTENCES: dict[Reason, str] = {
    Reason.UNREADABLE: "The bytes are not JSON.",
    Reason.UNKNOWN_KIND: "The kind of item is not known to this hub; a newer device may have sent it.",
    Reason.INVALID: "A field is missing, of the wrong type or out of range.",
    Reason.TOO_LARGE: "The item is larger than 16 KiB.",
    Reason.REFUSED_BY_STORE: "The database refused the item by itself, after everything else was stored.",
    Reason.UNINTERPRETABLE: "The item came wrapped as opaque bytes and could not be interpreted.",
    Reason.BAD_BATCH: "The message is not a batch or hello: its envelope cannot be read.",
    Reason.FOREIGN: "The message came over a topic that its content does not agree with.",
    Reason.TOO_MANY: "The device sends too many messages that are no batch: further ones are counted here, not kept.",
}
