"""A terminal in a browser: a real agent and the process that serves its page, a window, keys as a scanner types."""

import time

from playwright.sync_api import expect

from edge.browse import browse
from tests.support.authority import Authority
from tests.support.browser import Screen
from tests.support.edge_agent import AgentProcess, closed_port
from tests.support.sealing import sealed_code
from tests.support.site_hub import SiteHub
from wire import sitedata
from wire.codec import decode_item
from wire.collecting import code_of
from wire.sitedata import Article, Bin, CountNote, Parcel, SiteNote

PARCEL = "st-1.7K2M9Q"
CODE = code_of(41, "203892")
GOODS = "]C10109501101530003"
LABEL = f"{GOODS}\x1d10LOT7"
CONFIG = """
[device]
data = "data"
language = "en"
[hub]
identity = "identity"
port = {mqtt}
[terminal]
port = {port}
tls_port = {tls}
listen = "127.0.0.1"
do = "receive"
to = "place:st-1"
"""


class Station:
    """A station's terminal, which knows of one parcel that is here."""

    def __init__(self, folder, stack):
        self.data = folder / "data"
        self.data.mkdir()
        authority = Authority()
        hub = stack.enter_context(SiteHub(folder, authority, page=50))
        identity = authority.identity(self.data / "identity", https=hub.port)
        self.port = closed_port()
        self.url = f"http://127.0.0.1:{self.port}"
        config = folder / "edge.toml"
        config.write_text(CONFIG.format(mqtt=closed_port(), port=self.port, tls=closed_port()))
        tell(hub, identity)
        self.agent = stack.enter_context(AgentProcess(config))
        self.agent.says("ready")
        self.agent.says("site-data")

    def kept(self):
        with browse(self.data / "outbox.db") as browser:
            return [decode_item(each.item) for each in browser.items() if each.lane == "facts"]


def tell(hub, identity):
    """What the terminal knows of its site."""
    hub.put("site", "st-1", SiteNote(id="st-1", name="East street", name_zh="东街驿站", zone="Asia/Shanghai"))
    hub.put("station", "st-1", sitedata.Station(id="st-1", mark=41, name="East street"))
    hub.put("article", "09501101530003", Article(gtin="09501101530003", name="Blanket", name_zh="毛毯"))
    hub.put("bin", "A-2", Bin(code="A-2"))
    hub.put("count", "count-1", CountNote(id="count-1", at=1, shelf="A-2"))
    seal = sealed_code(identity, PARCEL, "203892")
    known = {"consignment": "C-1", "person": "a" * 16, "shown": "王*芳", "last4": "0138"}
    hub.put("parcel", PARCEL, Parcel(id=PARCEL, number=417, state="coming", sealed=seal, **known))


class Terminal(Screen):
    """One window on the page. `scan` gives the keys with a scanner's times, however slow this machine is."""

    def __init__(self, browser, base, **size):
        super().__init__(browser, base, **size)
        self._wire = self.context.new_cdp_session(self.page)
        self._at = time.time()

    def enter(self):
        self.open("/")
        expect(self.page.locator("[data-link=up] .next[data-wants]")).to_be_visible()
        return self

    def slow(self, times):
        self._wire.send("Emulation.setCPUThrottlingRate", {"rate": times})

    def scan(self, *codes):
        for code in codes:
            self._at = max(self._at + 0.3, time.time())
            for key in [*code, "\r"]:
                self._at += 0.008
                self._key(key)

    def _key(self, key):
        if key == "\x1d":
            made = {"key": "]", "code": "BracketRight", "modifiers": 2}
        elif key == "\r":
            made = {"key": "Enter", "code": "Enter", "text": "\r", "windowsVirtualKeyCode": 13}
        else:
            made = {"key": key, "text": key}
        self._wire.send("Input.dispatchKeyEvent", {"type": "keyDown", "timestamp": self._at, **made})
        self._wire.send("Input.dispatchKeyEvent", {"type": "keyUp", "timestamp": self._at, **made, "text": ""})

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)

    def verdict(self, word):
        """Wait until the big answer is this one."""
        found = self.page.locator(f".verdict[data-verdict={word}]")
        expect(found).to_be_visible()
        return found

    def rows(self):
        return self.page.locator(".rows li")
