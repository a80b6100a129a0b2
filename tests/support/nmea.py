"""NMEA sentences of an invented receiver, for the decoder's tests."""

from dataclasses import dataclass
from datetime import UTC, datetime

from edge.frames.gnss import Reading
from edge.frames.nmea import NmeaReader


def sentence(body: str) -> bytes:
    """A body with its `$`, checksum and line end."""
    total = 0
    for byte in body.encode():
        total ^= byte
    return f"${body}*{total:02X}\r\n".encode()


def angle(e6_minutes: int, width: int) -> str:
    """Millionths of minutes as d...dmm.mmmmmm."""
    degrees, minutes = divmod(abs(e6_minutes), 60_000_000)
    return f"{degrees:0{width}d}{minutes // 1_000_000:02d}.{minutes % 1_000_000:06d}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One moment of a drive: Unix milliseconds, place in millionths of minutes, knots and degrees."""

    t_ms: int
    lat: int = 1_842_123_456
    lon: int = 6_247_654_321
    knots: float = 0.0
    degrees: float = 0.0

    @property
    def time(self) -> str:
        return datetime.fromtimestamp(self.t_ms // 1_000, UTC).strftime("%H%M%S") + f".{self.t_ms % 1_000:03d}"

    @property
    def date(self) -> str:
        return datetime.fromtimestamp(self.t_ms // 1_000, UTC).strftime("%d%m%y")

    @property
    def place(self) -> str:
        ns, ew = "NS"[self.lat < 0], "EW"[self.lon < 0]
        return f"{angle(self.lat, 2)},{ns},{angle(self.lon, 3)},{ew}"

    def rmc(self, talker: str = "GN", status: str = "A") -> bytes:
        mode = "A" if status == "A" else "N"
        return sentence(
            f"{talker}RMC,{self.time},{status},{self.place},{self.knots:.3f},{self.degrees:.2f},{self.date},,,{mode}"
        )

    def gga(self, talker: str = "GN", quality: int = 1, sats: int = 9) -> bytes:
        return sentence(f"{talker}GGA,{self.time},{self.place},{quality},{sats:02d},0.92,71.5,M,12.3,M,,")

    def gns(self, talker: str = "GN", modes: str = "AAN") -> bytes:
        return sentence(f"{talker}GNS,{self.time},{self.place},{modes},11,0.81,71.5,12.3,,")

    def gll(self, talker: str = "GN") -> bytes:
        return sentence(f"{talker}GLL,{self.place},{self.time},A,A")

    def vtg(self, talker: str = "GN") -> bytes:
        return sentence(f"{talker}VTG,{self.degrees:.2f},T,,M,{self.knots:.3f},N,{self.knots * 1.852:.3f},K,A")

    def gsa(self, talker: str = "GN") -> bytes:
        return sentence(f"{talker}GSA,A,3,05,12,25,29,,,,,,,,,1.82,1.07,1.47")

    def zda(self, talker: str = "GN") -> bytes:
        day, month, year = self.date[:2], self.date[2:4], datetime.fromtimestamp(self.t_ms // 1_000, UTC).year
        return sentence(f"{talker}ZDA,{self.time},{day},{month},{year},00,00")

    @property
    def lat_e7(self) -> int:
        return exact_e7(self.lat)

    @property
    def lon_e7(self) -> int:
        return exact_e7(self.lon)


def exact_e7(e6_minutes: int) -> int:
    """Millionths of minutes to 1e-7 degrees, half away from zero: computed apart from the decoder's way."""
    sixfold = abs(e6_minutes)
    whole, rest = divmod(sixfold, 6)
    value = whole + (rest >= 3)
    return value if e6_minutes >= 0 else -value


def drive(start_ms: int, count: int, *, step_ms: int = 1_000, north: int = 5_000, knots: float = 18.0) -> list[Moment]:
    """A way north: 5,000 millionths of a minute are 9.3 m, so 18 knots at one fix a second."""
    return [Moment(t_ms=start_ms + i * step_ms, lat=1_842_123_456 + i * north, knots=knots) for i in range(count)]


def read(data: bytes) -> list[Reading]:
    reader = NmeaReader()
    return reader.feed(data) + reader.flush()
