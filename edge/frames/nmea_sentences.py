"""One verified NMEA 0183 sentence: its fields held to the format, and what they say in integers.

The checksum is an XOR: two characters that change by the same bits, or the head of one line glued to the
tail of another, can pass it. So each kind of sentence has one strict pattern (the order, the number and the
alphabet of its fields), and ranges that a pattern cannot say are checked after it. A sentence that does not
hold to them is refused whole. NMEA 0183 4.11 names the fields; receivers leave the trailing ones away.
"""

import re
from collections.abc import Callable

from msgspec import Struct

from edge.frames.nmea_fields import (
    altitude,
    day_number,
    hdop,
    heading,
    place,
    sats,
    short_day,
    speed,
    tod_ms,
)
from wire.messages import Quality


class Sentence(Struct, frozen=True, kw_only=True, gc=False):
    """What one sentence says. Times are UTC, `tod_ms` since midnight, `day` since 1970-01-01.

    `valid` is the receiver's own word about the position: None where the sentence has none.
    """

    kind: str
    talker: bytes
    valid: bool | None = None
    tod_ms: int | None = None
    day: int | None = None
    lat_e7: int | None = None
    lon_e7: int | None = None
    quality: Quality | None = None
    alt_cm: int | None = None
    speed_cms: int | None = None
    heading_cd: int | None = None
    hdop_c: int | None = None
    sats: int | None = None


_TIME = rb"([0-2]\d[0-5]\d[0-6]\d(?:\.\d{0,9})?)"
_PLACE = rb"(?:(\d{3,4}\.\d{0,9}),([NS]),(\d{3,5}\.\d{0,9}),([EW])|,[NS]?,,[EW]?)"
_NUMBER = rb"([-+.\d]{0,16})"  # float() is the judge of it
_UNREAD = rb"[-+.\d]{0,16}"
_MODE = rb"([ACDEFMNPRSU]?)"

_RMC = re.compile(
    rb"%b?,([ADV]?),%b,%b,%b,(\d{4}(?:\d\d|-1))?(?:,%b,[EW]?(?:,%b(?:,[A-Z]?)?)?)?"
    % (_TIME, _PLACE, _NUMBER, _NUMBER, _UNREAD, _MODE)
)
_GGA = re.compile(
    rb"%b?,%b,(\d?),(\d{1,3})?,%b,%b,[Mm]?,%b,[Mm]?(?:,%b(?:,\w{0,5})?)?"
    % (_TIME, _PLACE, _NUMBER, _NUMBER, _UNREAD, _UNREAD)
)
_GNS = re.compile(
    rb"%b?,%b,([A-Z]{0,8}),(\d{1,3})?,%b,%b,%b,%b,\w{0,5}(?:,([A-Z]?))?"
    % (_TIME, _PLACE, _NUMBER, _NUMBER, _UNREAD, _UNREAD)
)
_GLL = re.compile(rb"%b,%b?,([AV]?)(?:,%b)?" % (_PLACE, _TIME, _MODE))
_GSA = re.compile(rb"[AM]?,[123]?(?:,\d{0,3}){12},%b,%b,%b(?:,\w?)?" % (_UNREAD, _NUMBER, _UNREAD))
_VTG = re.compile(rb"%b,T?,%b,M?,%b,N?,%b,K?(?:,%b)?" % (_NUMBER, _UNREAD, _NUMBER, _UNREAD, _MODE))
_ZDA = re.compile(rb"%b?,(?:(\d\d),(\d\d),(\d{4})|,,)(?:,[-+]?\d{0,2}(?:,[-+]?\d{0,2})?)?" % _TIME)

_BY_MODE = {
    b"A": Quality.GNSS,
    b"P": Quality.GNSS,
    b"D": Quality.DIFFERENTIAL,
    b"R": Quality.RTK,
    b"F": Quality.RTK,
    b"E": Quality.ESTIMATED,
    b"M": Quality.MANUAL,
    b"S": Quality.SIMULATED,
}
_BY_GGA = {
    b"1": Quality.GNSS,
    b"2": Quality.DIFFERENTIAL,
    b"3": Quality.GNSS,
    b"4": Quality.RTK,
    b"5": Quality.RTK,
    b"6": Quality.ESTIMATED,
    b"7": Quality.MANUAL,
    b"8": Quality.SIMULATED,
    b"9": Quality.DIFFERENTIAL,  # NovAtel: corrected by a satellite-based system
}


def _rmc(talker: bytes, found: re.Match[bytes]) -> Sentence:
    time, status, lat, ns, lon, ew, knots, degrees, day, mode = found.groups()
    lat_e7, lon_e7 = place(lat, ns, lon, ew)
    return Sentence(
        kind="RMC",
        talker=talker,
        valid=status in {b"A", b"D"} and mode != b"N",
        tod_ms=tod_ms(time),
        day=short_day(day),
        lat_e7=lat_e7,
        lon_e7=lon_e7,
        quality=_BY_MODE.get(mode),
        speed_cms=speed(knots),
        heading_cd=heading(degrees),
    )


def _gga(talker: bytes, found: re.Match[bytes]) -> Sentence:
    time, lat, ns, lon, ew, quality, used, dop, metres = found.groups()
    lat_e7, lon_e7 = place(lat, ns, lon, ew)
    return Sentence(
        kind="GGA",
        talker=talker,
        valid=quality in _BY_GGA,
        tod_ms=tod_ms(time),
        lat_e7=lat_e7,
        lon_e7=lon_e7,
        quality=_BY_GGA.get(quality),
        alt_cm=altitude(metres),
        hdop_c=hdop(dop),
        sats=sats(used),
    )


def _gns(talker: bytes, found: re.Match[bytes]) -> Sentence:
    time, lat, ns, lon, ew, modes, used, dop, metres, status = found.groups()
    lat_e7, lon_e7 = place(lat, ns, lon, ew)
    with_fix = modes.replace(b"N", b"")
    return Sentence(
        kind="GNS",
        talker=talker,
        valid=bool(with_fix) and status != b"U",
        tod_ms=tod_ms(time),
        lat_e7=lat_e7,
        lon_e7=lon_e7,
        quality=_BY_MODE.get(with_fix[:1]),
        alt_cm=altitude(metres),
        hdop_c=hdop(dop),
        sats=sats(used),
    )


def _gll(talker: bytes, found: re.Match[bytes]) -> Sentence:
    lat, ns, lon, ew, time, status, mode = found.groups()
    lat_e7, lon_e7 = place(lat, ns, lon, ew)
    return Sentence(
        kind="GLL",
        talker=talker,
        valid=status == b"A" and mode != b"N",
        tod_ms=tod_ms(time),
        lat_e7=lat_e7,
        lon_e7=lon_e7,
        quality=_BY_MODE.get(mode),
    )


def _gsa(talker: bytes, found: re.Match[bytes]) -> Sentence:
    return Sentence(kind="GSA", talker=talker, hdop_c=hdop(found[1]))


def _vtg(talker: bytes, found: re.Match[bytes]) -> Sentence:
    degrees, knots, mode = found.groups()
    if mode == b"N":
        return Sentence(kind="VTG", talker=talker)
    return Sentence(kind="VTG", talker=talker, speed_cms=speed(knots), heading_cd=heading(degrees))


def _zda(talker: bytes, found: re.Match[bytes]) -> Sentence:
    time, day, month, year = found.groups()
    number = None if year is None else day_number(day, month, int(year))
    return Sentence(kind="ZDA", talker=talker, tod_ms=tod_ms(time), day=number)


_READERS: dict[bytes, tuple[re.Pattern[bytes], Callable[[bytes, re.Match[bytes]], Sentence]]] = {
    b"RMC": (_RMC, _rmc),
    b"GGA": (_GGA, _gga),
    b"GNS": (_GNS, _gns),
    b"GLL": (_GLL, _gll),
    b"GSA": (_GSA, _gsa),
    b"VTG": (_VTG, _vtg),
    b"ZDA": (_ZDA, _zda),
}


def parse(talker: bytes, kind: bytes, fields: bytes) -> Sentence | None:
    """Read the fields (everything between the comma after the kind and the asterisk) of a verified sentence.

    Returns None when they do not hold to the format of their kind, which must be one of RMC, GGA, GNS, GLL,
    GSA, VTG, ZDA.
    """
    pattern, read = _READERS[kind]
    found = pattern.fullmatch(fields)
    if found is None:
        return None
    try:
        return read(talker, found)
    except ValueError:
        return None
