"""A site's data in memory, for the dialogues: what part of it a test needs, it says."""

from edge.core.knowledge import CheckPin, Earlier, NothingKnown, PinVerdict, TakeSscc, Today, worse
from edge.core.parcels import CheckCode, CodeFound, CodeVerdict
from wire.checkdigits import check_digit
from wire.messages import Void
from wire.sitedata import (
    Article,
    Badge,
    Bin,
    Consignment,
    Content,
    CountNote,
    Delivery,
    GoodsCode,
    Line,
    LotNote,
    Parcel,
    PickLine,
    PickList,
    SiteNote,
    Standing,
    Station,
    goods_of,
)

WATER, TENT, CASE, KITTED, VACCINE = (
    f"{body}{check_digit(body)}"
    for body in ("0950110153000", "0950110153001", "1950110153000", "0950110153002", "0950110153003")
)
PALLET, CARTON, SPARE, MIXED = (
    f"{body}{check_digit(body)}"
    for body in ("35012345600000001", "35012345600000002", "35012345600000003", "35012345600000004")
)
PARCEL, SECOND, OTHER, ELSEWHERE = "wh-1.AAAAAA", "wh-1.BBBBBB", "wh-1.CCCCCC", "st-2.DDDDDD"
SECRET = "203892"
"""The one of PARCEL's code."""
TODAY = 20261123


WANG = {"shown": "王*芳", "last4": "0138"}


class SiteKnown(NothingKnown):
    """A small warehouse wh-1 that expects delivery D1 and has pick list K1 to do. Its day is TODAY.

    It is a station too (mark 11): two parcels of Wang wait in a01, one of Li comes with consignment C1.
    """

    version = 7
    site = SiteNote(id="wh-1", name="Warehouse one", name_zh="一号库", zone="Asia/Shanghai")
    marks = frozenset({11})

    def __init__(self):
        self.articles = {
            WATER: Article(gtin=WATER, name="Water", name_zh="水"),
            TENT: Article(gtin=TENT, name="Tent", serial=True),
            CASE: Article(gtin=CASE, name="Case of water", contains=(WATER, 24)),
            KITTED: Article(gtin=KITTED, name="Family kit", kit=((WATER, 6), (TENT, 1))),
            VACCINE: Article(gtin=VACCINE, name="Vaccine", temperature="cold"),
        }
        self.codes = {"BLANKET": GoodsCode(code="BLANKET", item="text:RR:G:BLANKET", name="Blanket")}
        self.lots = {
            (WATER, "BAD"): LotNote(gtin=WATER, lot="BAD", state="recalled", reason="smells"),
            (WATER, "HELD"): LotNote(gtin=WATER, lot="HELD", state="quarantined"),
        }
        self.bins = {
            each.code: each
            for each in (
                Bin(code="dock", kind="dock"),
                Bin(code="staging", kind="staging"),
                Bin(code="a01"),
                Bin(code="a02"),
                Bin(code="q01", kind="quarantine"),
                Bin(code="c01", kind="cool"),
                Bin(code="r01", owner="red-cross"),
            )
        }
        lines = (Line(gtin=WATER, n=240, lot="L1"), Line(gtin=TENT, n=10))
        self.deliveries = {"D1": Delivery(id="D1", owner="care", expected=TODAY, lines=lines, units=(PALLET,))}
        self.picks = {
            "K1": PickList(
                id="K1",
                to="place:wh-1/staging",
                lines=(
                    PickLine(line=1, gtin=WATER, lot="L1", owner="care", n=24, bin="a01"),
                    PickLine(line=2, gtin=TENT, lot="", owner="", n=2),
                ),
            )
        }
        self.stations = (
            Station(id="wh-1", mark=11, name="Warehouse one"),
            Station(id="st-2", mark=12, name="West gate"),
        )
        self.consignments = {
            "C1": Consignment(
                id="C1", way="station", to="wh-1", units=(f"parcel:{OTHER}",), lines=(Line(gtin=WATER, n=6),)
            )
        }
        self.parcels = {
            each.id: each
            for each in (
                Parcel(id=PARCEL, consignment="C0", number=417, state="here", where="a01", person="a" * 16, **WANG),
                Parcel(id=SECOND, consignment="C0", number=8, state="here", where="a01", person="a" * 16, **WANG),
                Parcel(
                    id=OTHER,
                    consignment="C1",
                    number=9,
                    state="coming",
                    shown="李*",
                    last4="4711",
                    person="b" * 16,
                    lines=(Line(gtin=WATER, n=6),),
                ),
            )
        }
        self.did = {}
        self.inside = {
            f"sscc:{MIXED}": (
                Content(gtin=TENT, n=2, lot="T1", expiry=20290131),
                Content(gtin=WATER, n=9, lot="BAD", expiry=20280131),
            )
        }
        self.voided = set()
        self.counts = {"C7": CountNote(id="C7", shelf="a01", at=1)}
        self.stock = (
            Standing(bin="a02", gtin=TENT, lot="T9", owner="care", n=5, expiry=20291231),
            Standing(bin="a01", gtin=TENT, lot="T1", owner="care", n=5, expiry=20270131),
            Standing(bin="a02", gtin=TENT, lot="T0", owner="care", n=5, expiry=20260131),
        )
        self.badges = {"B7": Badge(name="ana", role="operator", sealed="x"), "B8": Badge(name="li", role="operator")}

    def today(self, at):
        return Today(day=TODAY, soon=20261223)

    def article(self, gtin):
        return self.articles.get(gtin)

    def goods(self, code):
        return self.codes.get(code)

    def lot(self, goods, lot):
        return worse(self.lots.get((goods, lot)), self.lots.get((goods, "")) if lot else None)

    def bin(self, place):
        site, _, code = place.partition("/")
        return self.bins.get(code) if site == self.site.id else None

    def badge(self, badge):
        return self.badges.get(badge)

    def delivery(self, delivery):
        return self.deliveries.get(delivery)

    def delivery_of(self, sscc):
        return next((each for each in self.deliveries.values() if sscc in each.units), None)

    def pick(self, pick):
        return self.picks.get(pick)

    def parcel(self, parcel):
        return self.parcels.get(parcel)

    def parcels_ending(self, last4):
        return tuple(each for each in self.parcels.values() if each.last4 == last4)

    def consignment(self, consignment):
        return self.consignments.get(consignment)

    def station(self, site):
        return next((each for each in self.stations if each.id == site), None)

    def station_marked(self, mark):
        return next((each for each in self.stations if each.mark == mark), None)

    def contents(self, unit):
        return self.inside.get(unit, ())

    def undone(self, stream, seq):
        return (stream, seq) in self.voided

    def kept(self, parcel):
        return self.did.get(parcel)

    def standing(self, goods):
        found = (each for each in self.stock if goods_of(each.gtin) == goods)
        return tuple(sorted(found, key=lambda each: (each.expiry or 99_999_999, each.lot, each.bin)))


class Helper:
    """The device around a dialogue: PINs (each badge's is 2468), a range of numbers, a printer that remembers.

    SECRET opens what is Wang's, unless `codes` says otherwise.
    """

    def __init__(self, knows=None, numbers=(SPARE,)):
        self.knows = knows or SiteKnown()
        self.numbers = list(numbers)
        self.codes = {SECRET: CodeFound(verdict=CodeVerdict.RIGHT, parcels=(PARCEL, SECOND))}
        self.printed, self.people, self.asked, self.before = [], [], [], []
        self.cautions = None

    def answer(self, ask, beat=lambda: None):
        self.asked.append(ask)
        if isinstance(ask, TakeSscc):
            return self.numbers.pop(0) if self.numbers else None
        if isinstance(ask, CheckCode):
            return self.codes.get(ask.secret, CodeFound(verdict=CodeVerdict.WRONG))
        if isinstance(ask, Earlier):
            self.asked.pop()
            return tuple(each for each in self.before if isinstance(each.item, Void) or each.item.task == ask.task)
        assert isinstance(ask, CheckPin)
        return PinVerdict.RIGHT if ask.pin == "2468" else PinVerdict.WRONG

    def prints(self, what):
        self.printed.append(what)
        return True

    def at_work(self, port, name):
        self.people.append(name)

    def caution(self):
        return self.cautions
