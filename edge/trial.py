"""Trying an identity: one real connection to the hub's broker, to the point where it serves this device.

The broker has one connection for each device: a trial takes the running agent's, which comes back at once.
"""

import os
import secrets
import socket
import time
from dataclasses import replace

from edge.identity import Identity, IdentityError, load
from edge.link import CONNECT_S, Link, LinkError
from edge.parties import HubSettings
from edge.trust import explain, presenting, refusal
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


def knock(hub: HubSettings) -> None:
    """See whether the broker is the hub's and takes this device, without taking the running agent's connection.

    Raises LinkError, as a connection of the agent's would.
    """
    address = f"{hub.host}:{hub.port}"
    try:
        context = presenting(load(hub.identity)) if hub.identity else None
        with socket.create_connection((hub.host, hub.port), timeout=CONNECT_S) as plain:
            if context is not None:
                context.wrap_socket(plain).close()
    except (OSError, UnicodeError, IdentityError) as error:
        said = str(error) if isinstance(error, IdentityError) else explain(error, address)
        raise LinkError(said, refusal(error)) from error


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
