"""Names that a hub derives, so that the same facts get the same keys in whatever order they arrive."""

from hashlib import blake2b


def lane_id(device: str, stream: str, lane: str) -> int:
    """The key of one lane: 63 bits of BLAKE2b over device, stream and lane; never 0."""
    digest = blake2b(f"{device}/{stream}/{lane}".encode(), digest_size=8).digest()
    return (int.from_bytes(digest, "big") >> 1) or 1


def account_kind(code: str) -> str:
    """The kind of an account: what stands before its colon."""
    return code.partition(":")[0]


def account_site(code: str) -> str | None:
    """The site of a place (`place:SITE/BIN`), None for accounts of other kinds."""
    kind, _, rest = code.partition(":")
    return rest.partition("/")[0] if kind == "place" else None
