"""The hub's REST interface, as a program asks it: for the demo, benchmarks and tests."""

import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from typing import Any

from deploy.program import StackError


class Rest:
    """The hub's REST interface, with an API token."""

    def __init__(self, base: str, token: str) -> None:
        self.base = base
        self.token = token
        self.headers = {"Authorization": f"Bearer {token}"}

    def get(self, path: str, **query: Any) -> Any:
        """One answer, decoded. Raises StackError with what the hub said."""
        return self._call("GET", path + (f"?{urllib.parse.urlencode(query)}" if query else ""))

    def put(self, path: str, body: Any) -> Any:
        return self._call("PUT", path, body)

    def post(self, path: str, body: Any) -> Any:
        return self._call("POST", path, body)

    def send_table(self, kind: str, table: bytes) -> Any:
        """Import a CSV: what it did. Raises StackError with the faults."""
        return self._ask("POST", f"/imports?kind={kind}&dry_run=false", table, "text/csv")

    def send(self, path: str, body: bytes, content_type: str) -> Any:
        """Post what is no JSON. Raises StackError."""
        return self._ask("POST", path, body, content_type)

    def fetch(self, path: str, **query: Any) -> bytes:
        """An answer as it is. Raises StackError."""
        return bytes(self._ask("GET", path + (f"?{urllib.parse.urlencode(query)}" if query else ""), None, ""))

    def page(self, path: str) -> bytes:
        """A file of the dashboard. Raises OSError."""
        with urllib.request.urlopen(f"{self.base}{path}", timeout=60) as answer:  # noqa: S310 - http on loopback
            return bytes(answer.read())

    def rows(self, path: str, **query: Any) -> Iterator[dict[str, Any]]:
        """All rows of a list, page by page."""
        cursor: str | None = None
        while True:
            page = self.get(path, **query, **({"cursor": cursor} if cursor else {}))
            yield from page["rows"]
            cursor = page.get("next")
            if not cursor:
                return

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        return self._ask(method, path, None if body is None else json.dumps(body).encode(), "application/json")

    def _ask(self, method: str, path: str, data: bytes | None, content_type: str) -> Any:
        headers = {**self.headers, "Content-Type": content_type}
        request = urllib.request.Request(f"{self.base}/api/v1{path}", data=data, headers=headers, method=method)  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - always http on loopback
                if answer.headers.get_content_type() == "application/json":
                    return json.load(answer)
                return answer.read() or None
        except urllib.error.HTTPError as error:
            raise StackError(f"{method} {path}: {error.code} {error.read()[:500].decode(errors='replace')}") from error
