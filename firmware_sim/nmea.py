"""NMEA 0183 sentences of a GNSS receiver, encoded independently of the rest of the project. Pure.

Source: NMEA 0183 version 2.3 field tables (RMC, GGA, GSA, VTG, ZDA); talker GN.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_KNOTS: Final = 3600 / 1852
SATELLITES: Final = ("02", "05", "09", "12", "15", "20", "25", "29", "31")


@dataclass(frozen=True, slots=True, kw_only=True)
class Epoch:
    """One moment of a receiver. `unix_ms` is its UTC; without a fix the position is not said."""

    unix_ms: int
    lat_deg: float
    lon_deg: float
    speed_mps: float = 0.0
    heading_deg: float = 0.0
    alt_m: float = 480.0
    hdop: float = 0.9
    fix: bool = True


def checksum(body: str) -> str:
    """XOR of all characters between $ and *, two hexadecimal digits."""
    value = 0
    for byte in body.encode("ascii"):
        value ^= byte
    return f"{value:02X}"


def sentence(body: str) -> bytes:
    """The whole line of a body like `GNRMC,...`."""
    return f"${body}*{checksum(body)}\r\n".encode("ascii")


def sentences(epoch: Epoch) -> list[bytes]:
    """RMC, GGA, GSA, VTG and ZDA of one epoch, RMC first."""
    return [sentence(make(epoch)) for make in (_rmc, _gga, _gsa, _vtg, _zda)]


def _rmc(epoch: Epoch) -> str:
    when = _when(epoch)
    if not epoch.fix:
        return f"GNRMC,{_clock(when)},V,,,,,,,{when:%d%m%y},,,N"
    motion = f"{epoch.speed_mps * _KNOTS:.2f},{round(epoch.heading_deg, 2) % 360:.2f}"
    return f"GNRMC,{_clock(when)},A,{_place(epoch)},{motion},{when:%d%m%y},,,A"


def _gga(epoch: Epoch) -> str:
    clock = _clock(_when(epoch))
    if not epoch.fix:
        return f"GNGGA,{clock},,,,,0,00,99.9,,M,,M,,"
    return f"GNGGA,{clock},{_place(epoch)},1,{len(SATELLITES):02d},{epoch.hdop:.1f},{epoch.alt_m:.1f},M,-32.0,M,,"


def _gsa(epoch: Epoch) -> str:
    used = [*SATELLITES, *[""] * (12 - len(SATELLITES))] if epoch.fix else [""] * 12
    dops = f"{epoch.hdop * 1.8:.1f},{epoch.hdop:.1f},{epoch.hdop * 1.5:.1f}" if epoch.fix else "99.9,99.9,99.9"
    return f"GNGSA,A,{3 if epoch.fix else 1},{','.join(used)},{dops}"


def _vtg(epoch: Epoch) -> str:
    if not epoch.fix:
        return "GNVTG,,T,,M,,N,,K,N"
    knots, kmh = epoch.speed_mps * _KNOTS, epoch.speed_mps * 3.6
    return f"GNVTG,{round(epoch.heading_deg, 2) % 360:.2f},T,,M,{knots:.2f},N,{kmh:.2f},K,A"


def _zda(epoch: Epoch) -> str:
    when = _when(epoch)
    return f"GNZDA,{_clock(when)},{when:%d,%m,%Y},00,00"


def _when(epoch: Epoch) -> datetime:
    return _EPOCH + timedelta(milliseconds=epoch.unix_ms)


def _clock(when: datetime) -> str:
    return f"{when:%H%M%S}.{when.microsecond // 10_000:02d}"


def _place(epoch: Epoch) -> str:
    lat = _degrees(abs(epoch.lat_deg), 2) + (",N" if epoch.lat_deg >= 0 else ",S")
    lon = _degrees(abs(epoch.lon_deg), 3) + (",E" if epoch.lon_deg >= 0 else ",W")
    return f"{lat},{lon}"


def _degrees(degrees: float, digits: int) -> str:
    """Degrees and minutes with six decimals; rounded as one number, so that minutes never read 60."""
    millionths = round(degrees * 60_000_000)
    whole, rest = divmod(millionths, 60_000_000)
    return f"{whole:0{digits}d}{rest // 1_000_000:02d}.{rest % 1_000_000:06d}"
