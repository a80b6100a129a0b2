"""Did everything arrive, once? What the witness logs say against what the hub says by REST.

A scan is confirmed when its confirmation byte came back on the scanner's port; the simulated scanner logged that,
outside of the agent. Nothing here asks an agent.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from deploy.rest import Rest
from firmware_sim.expect import Balance, expected_balances, kept
from firmware_sim.story import NEW_UNIT
from firmware_sim.witness import Witness


@dataclass(frozen=True, slots=True, kw_only=True)
class Reckoning:
    """Scans confirmed, found in the hub's journal, missing there, there more often than they were made."""

    confirmed: int
    in_hub: int
    lost: int
    duplicated: int
    off: tuple[str, ...] = ()
    """Balances that are not what the confirmed scans add up to."""

    @property
    def sound(self) -> bool:
        return not (self.lost or self.duplicated or self.off)


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What else is known outside of agent and hub: labels printed for a device's new units, what stood there before."""

    units: Mapping[str, Sequence[str]] = field(default_factory=dict)
    opening: Mapping[Balance, int] = field(default_factory=dict)


NOTHING_BESIDE = Beside()


def journal_texts(rest: Rest, device: str) -> Counter[str]:
    """How often the hub's journal holds each label text of one device's scans and counts."""
    found: Counter[str] = Counter()
    for row in rest.rows("/journal", device=device, limit=500):
        if row["kind"] in {"scan", "count"}:
            found[row["item"]["labels"][0]] += 1
    return found


def reckon(
    rest: Rest, witnesses: Mapping[str, Witness], beside: Beside = NOTHING_BESIDE, *, balances: bool = True
) -> Reckoning:
    """Compare the witnesses, by device name, with journal and balances."""
    confirmed = in_hub = lost = duplicated = 0
    for device, witness in witnesses.items():
        numbers = {f"00{sscc}" for sscc in beside.units.get(device, ())}
        there = _renamed(journal_texts(rest, device), numbers)
        confirmations = kept(witness)
        saved = _renamed(Counter(scan.text for scan in confirmations), numbers)
        commands = set(witness.command_n) - {scan.n for scan in confirmations}
        made = _renamed(Counter(scan.text for scan in witness.scans if scan.n not in commands), numbers)
        confirmed += saved.total()
        in_hub += there.total()
        lost += (saved - there).total()
        duplicated += (there - made).total()
    off = tuple(wrong_balances(rest, witnesses, beside)) if balances else ()
    return Reckoning(confirmed=confirmed, in_hub=in_hub, lost=lost, duplicated=duplicated, off=off)


def _renamed(texts: Counter[str], numbers: set[str]) -> Counter[str]:
    """A new unit is asked for by a command, and is a fact under the number that its label then has."""
    found: Counter[str] = Counter()
    for text, n in texts.items():
        found[NEW_UNIT if text in numbers or text.endswith(NEW_UNIT) else text] += n
    return found


def wrong_balances(rest: Rest, witnesses: Mapping[str, Witness], beside: Beside = NOTHING_BESIDE) -> Iterable[str]:
    """Where the hub's balances differ from the sums of the confirmed scans."""
    there: Counter[tuple[str, str, str]] = Counter()
    for row in rest.rows("/balances", limit=500):
        there[row["account"], row["item"].removeprefix("gtin:"), row["lot"] or ""] += row["quantity"]
    units = [beside.units.get(device, ()) for device in witnesses]
    sums = expected_balances(witnesses.values(), units=units, opening=beside.opening)
    here = Counter({(account, gtin, lot or ""): n for (account, gtin, lot), n in sums.items()})
    for key in sorted(here.keys() | there.keys()):
        if here[key] != there[key]:
            yield f"{'/'.join(key)}: confirmed scans say {here[key]}, the hub {there[key]}"
