"""Where messages go: the one module that spells topics. Build and parse round-trip."""

import re
from dataclasses import dataclass
from enum import StrEnum
from zlib import crc32

from wire.errors import TopicError

ROOT = "relay/v1"
SHARDS = 64
STATUS = f"{ROOT}/hub/status"

_DEVICE = re.compile(r"[a-z0-9-]{1,40}", re.ASCII)
_TOPIC = re.compile(rf"{ROOT}/([0-9]{{2}})/([a-z0-9-]{{1,40}})/(up|now|receipt|cmd|presence)", re.ASCII)


class Leaf(StrEnum):
    """The last level of a device's topics."""

    UP = "up"
    NOW = "now"
    RECEIPT = "receipt"
    CMD = "cmd"
    PRESENCE = "presence"


DEVICE_WRITES = (Leaf.UP, Leaf.NOW, Leaf.PRESENCE)
DEVICE_READS = (Leaf.RECEIPT, Leaf.CMD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """One device topic, parsed."""

    device: str
    leaf: Leaf


def is_device(name: str) -> bool:
    """Whether a name may name a device: 1 to 40 of a-z, 0-9 and hyphen."""
    return _DEVICE.fullmatch(name) is not None


def shard(device: str) -> str:
    """The two digits of a device's shard: crc32 of its name, modulo 64."""
    return f"{crc32(device.encode()) % SHARDS:02d}"


def build(device: str, leaf: Leaf) -> str:
    """The topic of one device. Raises TopicError for a name that is none."""
    if not is_device(device):
        raise TopicError(f"{device!r} is not a device name: use 1 to 40 of a-z, 0-9 and hyphen")
    return f"{ROOT}/{shard(device)}/{device}/{leaf.value}"


def parse(topic: str) -> Topic:
    """The device and leaf of a topic. Raises TopicError, also for the wrong shard."""
    found = _TOPIC.fullmatch(topic)
    if found is None:
        raise TopicError(f"{topic!r} is not a device topic of {ROOT}")
    digits, device, leaf = found.groups()
    if digits != shard(device):
        raise TopicError(f"{topic!r} names shard {digits}, but {device} lives on {shard(device)}")
    return Topic(device=device, leaf=Leaf(leaf))


def subscription(leaf: Leaf, shard_digits: str = "+") -> str:
    """The filter by which a hub hears one leaf of all devices, or of those on one shard."""
    return f"{ROOT}/{shard_digits}/+/{leaf.value}"
