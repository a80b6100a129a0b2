"""Keeps what devices are told of their sites in step with the tables that it is made from.

Nobody who changes a table has to think of devices: what they should be told is made anew from the tables, compared
with what was published, and only the differences are written, each with a version of its own. That is done soon after
the logs of changes and decisions say that something happened, for standing stock once a minute at most, and for
everything now and then, so that a change that nobody announced comes through too. What is for one device alone (badges
sealed for its key, its range of numbers) is also brought up to date when that device asks.
"""

import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Final

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from hub.store import devices, reference, sscc
from hub.store import sitedata as store
from hub.store.database import Database
from hub.store.publishing import Difference, Mark, News, difference, news, write
from hub.store.queries import told, told_parcels, told_units
from hub.store.queries.told import Seal
from hub.store.queries.told_parcels import Holder, Keeper, OnTheWay
from hub.store.sitedata import EVERYBODY, Part, of_device, of_site
from wire.messages import Known
from wire.sitedata import Kind

LOOK_S: Final = 2.0
"""How often it is asked whether anything changed."""
STOCK_S: Final = 60.0
"""How old what devices are told of standing stock may be, while it changes."""
ALL_S: Final = 600.0
"""How often everything is compared, whatever was announced."""
RELIEF_REST: Final = 8
"""What took t seconds to find of parcels is not looked at again for so many t: however much is on its way."""
USED: Final = 0.5
"""A range of which so much is used is followed by a new one."""

log = structlog.get_logger("site-data")


class SiteData:
    """What devices are told. One thread looks after it; whatever else is called may be called by any thread."""

    def __init__(
        self,
        database: Database,
        *,
        clock: Callable[[], int],
        seal: Seal | None = None,
        keeper: Keeper | None = None,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        """`seal` is needed to tell PINs, `keeper` to tell what collection codes are checked against."""
        self.grown: Callable[[Collection[str]], None] = lambda _: None
        """Hears which devices there is something new for."""
        self._database = database
        self._generation, self._ledger = database.generation, database.ledger
        self._clock, self._timer = clock, timer
        self._seal, self._keeper = seal, keeper
        self._lock = threading.RLock()
        """Held by whoever publishes."""
        self._wake = threading.Event()
        self._stopping = False
        self._mark = Mark()
        self._stock_waits = True
        self._relief_waits = True
        self._stock_due = self._all_due = self._relief_due = float("-inf")
        self._versions: dict[str, int] = {}
        self._sites: dict[str, str] = {}
        self._keys: dict[str, bytes | None] = {}
        """What parcels were sealed for last."""
        self._tended: frozenset[str] = frozenset()
        self._thread = threading.Thread(target=self._run, name="site-data", daemon=True)

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    def start(self) -> None:
        """Publish what there is, then go on by itself. Raises DBAPIError where the database cannot be written."""
        self.look()
        self._thread.start()

    def stop(self) -> None:
        """End. Idempotent."""
        self._stopping = True
        self._wake.set()
        if self._thread.ident is not None:
            self._thread.join(timeout=10)

    def newest(self, names: Iterable[str]) -> dict[str, Known]:
        """What to say to devices of the newest version, to those that stand at a site."""
        found = {}
        for name in names:
            site = self._sites.get(name)
            version = 0 if site is None else max(self._versions.get(scope, 0) for scope in _scopes(name, site))
            if version:
                generation = store.generation(self._generation, site)
                found[name] = Known(ledger=self._ledger, version=version, generation=generation)
        return found

    def page(self, device: str, generation: str | None, after: int, sscc_left: int | None = None) -> tuple[str, Part]:
        """The generation, and what a device has to hear that holds a version of a generation.

        A device that stands nowhere hears nothing, and loses what it held.
        """
        with self._database.read() as connection:
            site = devices.site_of(connection, device)
        now = store.generation(self._generation, site)
        held = after if generation == now else None
        if site is not None:
            self._refresh(device, site, held, sscc_left)
        with self._database.read() as connection:
            return now, store.part(connection, () if site is None else _scopes(device, site), held)

    def look(self, *, everything: bool = False) -> None:
        """Publish what has changed."""
        with self._lock:
            moment, before = self._timer(), dict(self._versions)
            with self._database.read() as connection:
                found = news(connection, self._mark)
                everything = everything or moment >= self._all_due
                self._stock_waits |= found.stock
                stock = everything or (self._stock_waits and moment >= self._stock_due)
                self._sites = devices.sites_by_name(connection)
                if everything:
                    found = News(mark=found.mark, articles=True, entered=True, decided=True)
                differences = [one for one in self._differences(connection, found, stock=stock) if one]
                differences += self._relief(connection, anew=everything or found.relief or found.decided)
                differences += self._left(connection) if everything else []
            self._write(differences, tidy=everything)
            self._mark, self._tended = found.mark, frozenset(self._sites.values())
            if stock:
                self._stock_waits, self._stock_due = False, moment + STOCK_S
            if everything:
                self._all_due = moment + ALL_S
            self._say({scope for scope, version in self._versions.items() if version > before.get(scope, 0)})

    def _run(self) -> None:
        while not self._stopping:
            self._wake.wait(LOOK_S)
            try:
                if not self._stopping:
                    self.look()
            except DBAPIError as error:
                log.warning("site data cannot be published; tried again later", error=str(error.orig))

    def _say(self, grown: set[str]) -> None:
        sites = dict(self._sites)
        names = [name for name, site in sites.items() if not grown.isdisjoint(_scopes(name, site))]
        if names:
            self.grown(names)

    def _differences(self, connection: Connection, found: News, *, stock: bool) -> Iterator[Difference]:
        if found.articles:
            yield difference(connection, EVERYBODY, Kind.ARTICLE, told.catalogue(connection))
        if found.entered:
            for kind, records in told.for_everybody(connection).items():
                yield difference(connection, EVERYBODY, kind, records)
        inhabited = frozenset(self._sites.values())
        new = inhabited - self._tended
        if found.entered or stock or new:
            for site in reference.sites(connection):
                if site.id in inhabited:
                    anew = site.id in new
                    yield from _of(connection, site, entered=found.entered or anew, stock=stock or anew)
        if found.decided:
            for name, at in self._sites.items():
                yield from self._own(connection, name, at)

    def _relief(self, connection: Connection, *, anew: bool) -> list[Difference]:
        """What is on its way, for all sites and devices that have to do with it."""
        self._relief_waits |= anew
        began = self._timer()
        if not self._relief_waits or began < self._relief_due:
            return []
        on_the_way = told_parcels.on_the_way(connection, self._clock())
        journeys = told_parcels.consignments(connection)
        found = [
            difference(connection, EVERYBODY, Kind.STATION, told_parcels.stations(connection)),
            *(
                difference(connection, of_site(site), Kind.CONSIGNMENT, journeys.get(site, {}))
                for site in frozenset(self._sites.values())
            ),
            *(self._parcels(connection, on_the_way, name, site) for name, site in self._sites.items()),
        ]
        self._relief_waits, self._relief_due = False, self._timer() + (self._timer() - began) * RELIEF_REST
        return [one for one in found if one]

    def _left(self, connection: Connection) -> list[Difference]:
        """Parcels that devices were told of which stand nowhere now."""
        names = [name for name in store.holders(connection, Kind.PARCEL) if name not in self._sites]
        return [difference(connection, of_device(name), Kind.PARCEL, {}) for name in names]

    def _parcels(self, connection: Connection, on_the_way: OnTheWay, name: str, site: str) -> Difference:
        scope = of_device(name)
        held = store.told(connection, scope, Kind.PARCEL)
        holder = Holder(name=name, site=site, key=devices.seal_of(connection, name))
        self._keys[name] = holder.key
        wanted = told_parcels.parcels(on_the_way, holder, self._keeper, held)
        return difference(connection, scope, Kind.PARCEL, wanted, held)

    def _own(self, connection: Connection, name: str, site: str) -> Iterator[Difference]:
        scope = of_device(name)
        held = store.told(connection, scope, Kind.PERSON)
        badges = told.badges(connection, site, devices.seal_of(connection, name), self._seal, held)
        yield difference(connection, scope, Kind.PERSON, badges, held)
        yield difference(connection, scope, Kind.SSCC, told.numbers(connection, name))

    def _refresh(self, device: str, site: str, held: int | None, sscc_left: int | None) -> None:
        """What is for one device alone, now; and all of its site where nobody has looked after it yet."""
        with self._lock:
            if self._sites.get(device) != site or site not in self._tended:
                self.look()
            self._reserve(device, held, sscc_left)
            with self._database.read() as connection:
                differences = [one for one in self._own(connection, device, site) if one]
                if self._keys.get(device) != devices.seal_of(connection, device):
                    on_the_way = told_parcels.on_the_way(connection, self._clock())
                    differences.append(self._parcels(connection, on_the_way, device, site))
            self._write(differences)

    def _reserve(self, device: str, held: int | None, left: int | None) -> None:
        """A new range of numbers, where the device has none or runs short of them, once it has heard of the last."""
        with self._database.read() as connection:
            last = sscc.newest(connection, device)
            if last is not None:
                version = store.version_of(connection, of_device(device), Kind.SSCC, device)
                heard = version is not None and held is not None and held >= version
                short = left is not None and left < last.size * (1 - USED)
                if not heard or not (short or sscc.used(connection, last) >= last.size * USED):
                    return
            elif sscc.company_prefix(connection) is None:
                return
        try:
            with self._database.write() as connection:
                sscc.reserve(connection, device, now=self._clock())
        except sscc.NumberingError as error:
            log.warning("no numbers for handling units", device=device, error=str(error))

    def _write(self, differences: Collection[Difference], *, tidy: bool = False) -> None:
        if not differences and not tidy:
            return
        with self._database.write() as connection:
            self._versions |= write(connection, differences, now=self._clock())
            if tidy:
                store.forget_gone(connection, now=self._clock())
                self._versions |= store.newest_by_scope(connection)


def _scopes(device: str, site: str) -> tuple[str, str, str]:
    """Whatever a device is told stands in one of these."""
    return EVERYBODY, of_site(site), of_device(device)


def _of(connection: Connection, site: reference.Site, *, entered: bool, stock: bool) -> Iterator[Difference]:
    scope = of_site(site.id)
    if entered:
        for kind, records in told.for_site(connection, site).items():
            yield difference(connection, scope, kind, records)
    if stock:
        yield difference(connection, scope, Kind.STOCK, told.stock(connection, site.id))
        yield difference(connection, scope, Kind.UNIT, told_units.units(connection, site.id))
