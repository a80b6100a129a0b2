"""Trying an identity: one real connection to the hub's broker, to the point where it serves this device.

The broker has one connection for each device: a trial takes the running agent's, which comes back at once.
"""

import os
import secrets
import time
from dataclasses import replace

from edge.identity import Identity
from edge.link import Link, LinkError
from edge.parties import HubSettings
from wire import topics

PATIENCE_S = 15.0
"""The broker may need a moment until it knows a device that has just joined."""
_PAUSE_S = 0.3


def prove(hub: HubSettings, identity: Identity, patience_s: float = PATIENCE_S) -> None:
    """Return once the broker served this device. Raises LinkError with the last reason why it did not."""
    hub = replace(hub, identity=identity.folder)
    deadline = time.monotonic() + patience_s
    while True:
        try:
            _connect(hub, identity.membership.device)
        except LinkError as error:
            if error.refusal or time.monotonic() + _PAUSE_S > deadline:
                raise
            time.sleep(_PAUSE_S)
        else:
            return


def _connect(hub: HubSettings, device: str) -> None:
    wake, write = os.pipe()
    try:
        reads = (topics.build(device, topics.Leaf.RECEIPT),)
        link = Link(hub, client_id=f"relay-{secrets.token_hex(8)}", will=None, topics=reads, wake=wake)
        try:
            while not link.ready:
                link.poll(1.0)
        finally:
            link.close(_nothing)
    finally:
        os.close(wake)
        os.close(write)


def _nothing() -> None:
    """A goodbye without words: it makes `close` send a clean disconnect."""
