"""Who may do what on the embedded broker: Mosquitto's password file and ACL, written from the database.

A line of the password file is `name:$7$rounds$salt$hash`: PBKDF2 with SHA-512, 12 bytes of salt, 64 of hash,
both in base64 (Mosquitto 2.0, mosquitto_passwd). A device writes its own `up`, `now` and `presence`, reads its
own `receipt` and `cmd` and the hub's status, each by a literal line, because a pattern line would let it choose
its shard. Passwords are 160 random bits, so more rounds would protect nothing and only cost the broker time: it
checks every connected client again at each reload.
"""

import base64
import hashlib
import hmac
import os
import secrets
from collections.abc import Collection, Mapping
from pathlib import Path

from hub.errors import BrokerError
from wire import topics

HUB_USER = "hub"
PROBE_USER = "_probe"
"""May sign in and do nothing; its password changes with each writing, so it tells which rules are in force."""
KINDS = ("scanner", "terminal", "vehicle")
_ROUNDS = 101
_SALT_BYTES = 12


def new_password() -> str:
    """160 random bits as text."""
    return secrets.token_urlsafe(20)


def hashed(password: str) -> str:
    """A password as Mosquitto 2 keeps it."""
    return _hashed(password, secrets.token_bytes(_SALT_BYTES))


def matches(kept: str, password: str) -> bool:
    """Whether a password is the one that was hashed; whatever this module did not write matches nothing."""
    try:
        salt = base64.b64decode(kept.split("$")[3], validate=True)
        return hmac.compare_digest(kept, _hashed(password, salt))
    except (IndexError, ValueError):
        return False


def _hashed(password: str, salt: bytes) -> str:
    digest = hashlib.pbkdf2_hmac("sha512", password.encode("utf-8", "surrogatepass"), salt, _ROUNDS)
    return f"$7${_ROUNDS}${base64.b64encode(salt).decode()}${base64.b64encode(digest).decode()}"


def access_lines(device: str) -> str:
    """The ACL of one device: literal topics, nothing else."""
    lines = [f"user {device}"]
    lines += [f"topic write {topics.build(device, leaf)}" for leaf in topics.DEVICE_WRITES]
    lines += [f"topic read {topics.build(device, leaf)}" for leaf in topics.DEVICE_READS]
    lines.append(f"topic read {topics.STATUS}")
    return "\n".join(lines)


def may_connect(device: str) -> bool:
    """Whether a name may be a device's user: a device name, and not the hub's own."""
    return topics.is_device(device) and device != HUB_USER


def write_rules(
    folder: Path,
    devices: Mapping[str, str],
    *,
    hub_hash: str,
    certified: Collection[str] = (),
    probe_hash: str = "",
) -> None:
    """Replace `passwords` and `acl` in a folder: the hub, these devices (name -> hashed password) and no one else.

    Those that are `certified` show a certificate instead of a password. `probe_hash` lets PROBE_USER in.
    """
    names = sorted(filter(may_connect, devices))
    allowed = sorted({*names, *filter(may_connect, certified)})
    blocks = [f"user {HUB_USER}\ntopic readwrite {topics.ROOT}/#", *map(access_lines, allowed)]
    users = [f"{HUB_USER}:{hub_hash}", *(f"{name}:{devices[name]}" for name in names)]
    if probe_hash:
        users.append(f"{PROBE_USER}:{probe_hash}")
    # The ACL first: who can sign in has its lines already.
    write_private(folder / "acl", "\n\n".join(blocks) + "\n")
    write_private(folder / "passwords", "\n".join(users) + "\n")


def write_private(path: Path, text: str) -> None:
    """Replace a file in one step, readable by its owner alone."""
    beside = path.with_name(path.name + ".new")
    try:
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        raise BrokerError(f"{path} cannot be written: {error.strerror}. Give this user the folder.") from error
