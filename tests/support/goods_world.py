"""A hub with goods of three organisations in two sites, and people of each role who sign in on its pages."""

import json
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

from deploy.program import wait_for
from deploy.stack import Hub
from hub.api.door import COOKIE
from tests.support.facts import batch, hello
from tests.support.mqtt import Client, connected
from wire import codec, topics
from wire.actions import Action
from wire.checkdigits import check_digit
from wire.labels import element_string
from wire.messages import AnyItem, Count, Scan, Welcome

PASSWORD = "ladder quiet orange river"
DAY_S = 86_400


def gtin(number: int) -> str:
    """A GTIN-14 of a company that GS1 keeps for examples."""
    digits = f"0950110153{number:03d}"
    return digits + check_digit(digits)


RICE, TENT, PILLS, BLANKET = (gtin(number) for number in (0, 17, 24, 31))
ITEMS = [
    {"gtin": RICE, "name": "Rice, bag of 25 kg", "name_zh": "大米，25公斤袋装", "unit": "bag"},
    {"gtin": TENT, "name": "Family tent, 16 m²", "name_zh": "家庭帐篷，16平方米", "unit": "tent"},
    {"gtin": PILLS, "name": "Paracetamol 500 mg, 100 tablets", "name_zh": "对乙酰氨基酚500毫克，100片", "unit": "box"},
    {"gtin": BLANKET, "name": "Blanket, high thermal", "name_zh": "高保暖毛毯", "unit": "piece"},
]
ORGANISATIONS = [
    {"id": "caritas", "name": "Caritas", "name_zh": "明爱会"},
    {"id": "red-cross", "name": "Red Cross Society of Qingtan", "name_zh": "青潭红十字会"},
    {"id": "water-aid", "name": "Water and Shelter Aid", "name_zh": "水与庇护援助会"},
]
SITES = [
    {"id": "wh-1", "name": "Warehouse East", "name_zh": "东区仓库", "kind": "warehouse", "lat": 31.0, "lon": 103.0,
     "zone": "Asia/Shanghai"},
    {"id": "st-1", "name": "Riverside Station", "name_zh": "河滨救助站", "kind": "station", "lat": 31.1, "lon": 103.1,
     "zone": "Asia/Shanghai"},
]  # fmt: skip
PEOPLE: Mapping[str, Mapping[str, str]] = {
    "admin": {"role": "admin"},
    "sue": {"role": "supervisor"},
    "rita": {"role": "staff", "organisation": "red-cross"},
    "carl": {"role": "staff", "organisation": "caritas"},
    "olga": {"role": "operator", "site": "wh-1"},
    "audrey": {"role": "auditor"},
}


def days(ahead: int) -> int:
    """A day, yyyymmdd, so many days from now."""
    return int(time.strftime("%Y%m%d", time.gmtime(time.time() + ahead * DAY_S)))


def iso(ahead: int) -> str:
    """The same as people and the REST interface write it."""
    text = str(days(ahead))
    return f"{text[:4]}-{text[4:6]}-{text[6:]}"


def goods(code: str, lot: str | None = None, expiry: int | None = None) -> str:
    """A label of goods."""
    return element_string(gtin=code, lot=lot, expiry=expiry, symbology="]d2")


class Scanner:
    """A device that delivers facts by MQTT, one batch after the other."""

    def __init__(self, client: Client, name: str) -> None:
        self.client, self.name, self.sent = client, name, 0
        self.stream = f"{time.time_ns():016x}"[-16:]
        client.subscribe(topics.build(name, topics.Leaf.RECEIPT))
        client.publish(self._up, hello(1, stream=self.stream, facts=1))
        welcome = codec.decode_down(client.next()[1])
        assert isinstance(welcome, Welcome)
        self.ledger = welcome.ledger

    @property
    def _up(self) -> str:
        return topics.build(self.name, topics.Leaf.UP)

    def send(self, *items: AnyItem) -> None:
        """Returns when the hub has stored them."""
        self.client.publish(self._up, batch(self.ledger, items, stream=self.stream, after=self.sent))
        self.sent += len(items)
        self.client.next()

    def scan(self, label: str, n: int = 1, *, do: Action = Action.RECEIVE, **more: Any) -> None:
        """One scan, as if made now."""
        if do is Action.RECEIVE:
            more.setdefault("to", "place:wh-1/a01")
        self.send(Scan(at=time.time_ns() // 1_000_000, up=self.sent, do=do, labels=(label,), n=n, **more))

    def count(self, label: str, n: int, *, where: str = "place:wh-1/a01", **more: Any) -> None:
        """So many were counted at a place."""
        at = time.time_ns() // 1_000_000
        self.send(Count(at=at, up=self.sent, where=where, labels=(label,), n=n, **more))


class World:
    """The hub, its first scanner, and everybody's cookies."""

    def __init__(self, hub: Hub, scanner: Scanner, cookies: dict[str, list[dict[str, str]]]) -> None:
        self.hub, self.scanner, self.cookies = hub, scanner, cookies

    def call(self, person: str, method: str, path: str, body: object = None) -> Any:
        """What the hub answers somebody. Raises HTTPError for whatever is no success."""
        (cookie,) = self.cookies[person]
        headers = {"Cookie": f"{COOKIE}={cookie['value']}", "Origin": self.hub.url}
        return _ask(self.hub.url, method, path, body, headers)[0]


@contextmanager
def goods_world(folder: Path, name: str = "wh1-scanner-1") -> Iterator[World]:
    """A hub with names of sites, items and organisations, and nothing in stock."""
    with ExitStack() as ends:
        hub = ends.enter_context(Hub(folder / "hub"))
        hub.rest.put("/sites", SITES)
        hub.rest.put("/items", ITEMS)
        hub.rest.put("/organisations", ORGANISATIONS)
        client = ends.enter_context(connected(hub.mqtt_port, name, hub.add_device(name, "scanner")))
        cookies = {person: _signed_in(hub, person, post) for person, post in PEOPLE.items()}
        yield World(hub, Scanner(client, name), cookies)


def _signed_in(hub: Hub, person: str, post: Mapping[str, str]) -> list[dict[str, str]]:
    link = hub.rest.post("/users", {"name": person, **post})["link"]
    _ask(hub.url, "POST", "/welcome", {"code": link["code"], "password": PASSWORD}, {"Origin": hub.url})
    _, given = _ask(hub.url, "POST", "/session", {"user": person, "password": PASSWORD}, {"Origin": hub.url})
    return [{"name": COOKIE, "value": SimpleCookie(given)[COOKIE].value, "url": hub.url}]


def _ask(base: str, method: str, path: str, body: object, headers: Mapping[str, str]) -> tuple[Any, str]:
    data = None if body is None else json.dumps(body).encode()
    url, sent = f"{base}/api/v1{path}", {**headers, "Content-Type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(url, data, sent, method=method), timeout=30) as answer:
        text = answer.read()
        return json.loads(text) if text else None, answer.headers.get("Set-Cookie", "")


def until(what: str, check: Any) -> Any:
    """Wait until a condition holds; its value."""
    return wait_for(what, check, timeout_s=20)
