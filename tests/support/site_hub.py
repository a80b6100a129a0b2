"""A hub's HTTPS door for site data, by the contract alone: it keeps a log of changes and believes nobody."""

import base64
import json
import ssl
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import msgspec
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.support.authority import Authority
from wire.collecting import CLAIMS_PATH
from wire.device_session import CHALLENGE_PATH, SESSION_PATH, session_text
from wire.sitedata import SITE_DATA_PATH, encode_body


class SiteHub:
    """Answers with pages of `page` records. `cut` answers get lost before the next one comes whole.

    It grants every parcel that is claimed once, to whoever asks, and says of `given` ones who has them.
    """

    def __init__(self, folder: Path, authority: Authority, *, page=2):
        self.generation, self.page, self.cut, self.asked = "a" * 16, page, 0, []
        self.on_page = lambda number: None
        self.given, self.claimed = {}, []
        self.sessions, self.start = 0, 1
        self._authority, self._log, self._nonces, self._served = authority, [], set(), 0
        key, certificate = authority.server()
        (folder / "site-hub.pem").write_bytes(key + certificate)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "site-hub.pem")
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self.port = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """Gone; may be called again."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def put(self, kind, key, body=None):
        """A record is so from now on; no body: it is gone."""
        raw = None if body is None else body if isinstance(body, bytes) else encode_body(body)
        self._log = [each for each in self._log if each[1:3] != (kind, key)]
        self.version = (self._log[-1][0] if self._log else getattr(self, "version", 0)) + 1
        self._log.append((self.version, kind, key, raw))

    def restored(self):
        """Its database came from a backup."""
        self.generation = "b" * 16 if self.generation == "a" * 16 else "c" * 16

    def challenge(self):
        nonce = f"nonce-{len(self._nonces):020d}"
        self._nonces.add(nonce)
        return {"nonce": nonce}

    def session(self, said):
        """A token, for a signature by a key that our authority knows under that name."""
        if said["nonce"] not in self._nonces:
            return None
        self._nonces.discard(said["nonce"])
        certificate = x509.load_pem_x509_certificate(said["certificate"].encode())
        try:
            certificate.verify_directly_issued_by(self._authority.certificate)
            key = certificate.public_key()
            key.verify(base64.b64decode(said["signature"]), session_text(said["nonce"]), ec.ECDSA(hashes.SHA256()))
        except (InvalidSignature, ValueError):
            return None
        names = [name.value for name in certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
        if names != [said["device"]]:
            return None
        self.sessions += 1
        return {"token": f"token-of-{said['device']}-{self.start}", "expires_s": 900}

    def knows(self, headers):
        """Whether somebody shows a token of this start."""
        shown = headers.get("Authorization", "")
        return shown.startswith("Bearer token-of-") and shown.endswith(f"-{self.start}")

    def claim(self, said):
        """Which of these may be handed out; `given` holds (at, site, device) by parcel, None: nobody may have it."""
        self.claimed.append(said["parcels"])
        given = [
            {"parcel": each, "at": at, "site": site, "device": device}
            for each in said["parcels"]
            if self.given.get(each)
            for at, site, device in [self.given[each]]
        ]
        return {"granted": [each for each in said["parcels"] if each not in self.given], "given": given}

    def site_data(self, asked):
        self.asked.append(asked)
        self._served += 1
        self.on_page(self._served)
        reset = asked.get("generation") != self.generation
        after = 0 if reset else int(asked["after"])
        due = [each for each in self._log if each[0] > after]
        shown = due[: self.page]
        records = [
            {"kind": kind, "key": key, "body": None if raw is None else msgspec.Raw(raw)} for _, kind, key, raw in shown
        ]
        more = len(due) > len(shown)
        version = shown[-1][0] if more else max([after, *(each[0] for each in self._log)])
        page = {"generation": self.generation, "version": version, "reset": reset, "more": more, "records": records}
        return msgspec.json.encode(page)


def _handler(hub):
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_):
            pass

        def do_POST(self):
            said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            doors = {CHALLENGE_PATH: hub.challenge, SESSION_PATH: lambda: hub.session(said)}
            doors[CLAIMS_PATH] = lambda: hub.claim(said) if hub.knows(self.headers) else None
            found = doors[self.path]()
            self._answer(200 if found else 403, msgspec.json.encode(found or {"detail": "Who are you?", "hint": ""}))

        def do_GET(self):
            url = urlsplit(self.path)
            if hub.cut:
                hub.cut -= 1
                self.close_connection = True
                return
            if url.path != SITE_DATA_PATH or not hub.knows(self.headers):
                self._answer(403, b'{"detail": "Not you."}')
                return
            self._answer(200, hub.site_data({name: values[0] for name, values in parse_qs(url.query).items()}))

        def _answer(self, status, body):
            with suppress(OSError):
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        def handle(self):
            with suppress(OSError):
                super().handle()

    return Handler
