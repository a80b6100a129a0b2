"""Renewing the certificate: `python -m edge.renewal --config FILE`, a process of its own beside the running agent.

A new key is made, the hub certifies it, the new identity is tried by a real connection to the broker, and only then
put in place of the old one. Whatever fails before leaves the old one as it is. The agent starts this program when
renewal is due (edge/renewal_watch.py); its exit code says whether it came about (0), and its last line on standard
error why not (1).
"""

import signal
import sys
from pathlib import Path

import msgspec

from edge import identity as identities
from edge.desired import load
from edge.door import Door
from edge.errors import EdgeError
from edge.identity import Identity, IdentityError
from edge.parties import HubSettings
from edge.trial import PATIENCE_S, prove
from wire.joining import RenewRequest


def renew(hub: HubSettings, patience_s: float = PATIENCE_S) -> Identity:
    """The new identity, in use when this returns. Raises EdgeError: then the old one still is."""
    from edge.signing import CertificateError, checked, expires_ms, make_request, sign_renewal  # noqa: PLC0415 - large

    if hub.identity is None:
        raise IdentityError("this device has a password and no certificate: there is nothing to renew")
    with identities.exclusively(hub.identity):
        old = identities.load(hub.identity)
        authority = old.authority.read_text(encoding="ascii")
        request = make_request(old.membership.device)
        asked = RenewRequest(
            certificate=old.certificate.read_text(encoding="ascii"),
            csr=request.csr,
            signature=sign_renewal(old, request),
        )
        answer = Door(hub.host, old.membership.https_port).renew(authority, old.trusted_ms(), asked)
        files = checked(answer, authority, request)
        if answer.device != old.membership.device:
            raise CertificateError(f"the hub renewed the certificate of {answer.device}, not of this device")
        member = msgspec.structs.replace(
            old.membership, mqtt_port=answer.mqtt_port, issued=answer.time, expires=expires_ms(answer)
        )
        new = identities.stage(hub.identity, member, files, seen_ms=max(answer.time, old.trusted_ms()))
        try:
            prove(hub, new, patience_s)
            identities.adopt(hub.identity, new)
        except BaseException:
            identities.discard(new)
            raise
    return new


def main(arguments: list[str]) -> int:
    """Renew once, for `--config FILE`; the exit code."""
    if len(arguments) != 2 or arguments[0] != "--config":
        sys.stderr.write("usage: python -m edge.renewal --config FILE\n")
        return 2
    # The agent that started this has its stop signals blocked, and a child inherits that.
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    try:
        renew(load(Path(arguments[1])).hub)
    except EdgeError as error:
        sys.stderr.write(" ".join(str(error).split()) + "\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
