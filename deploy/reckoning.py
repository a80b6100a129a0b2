"""Did everything arrive, once? What the witness logs say against what the hub says by REST.

A scan is confirmed when its confirmation byte came back on the scanner's port; the simulated scanner logged that,
outside of the agent. Nothing here asks an agent.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from deploy.stack import Rest
from firmware_sim.expect import expected_balances
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


def journal_texts(rest: Rest, device: str) -> Counter[str]:
    """How often the hub's journal holds each label text of one device's scans."""
    found: Counter[str] = Counter()
    for row in rest.rows("/journal", device=device, limit=500):
        if row["kind"] == "scan":
            found[row["item"]["labels"][0]] += 1
    return found


def reckon(rest: Rest, witnesses: Mapping[str, Witness], *, balances: bool = True) -> Reckoning:
    """Compare the witnesses, by device name, with journal and balances."""
    confirmed = in_hub = lost = duplicated = 0
    for device, witness in witnesses.items():
        there = journal_texts(rest, device)
        saved = Counter(witness.confirmed)
        commands = set(witness.command_n)
        made = Counter(scan.text for scan in witness.scans if scan.n not in commands)
        confirmed += saved.total()
        in_hub += there.total()
        lost += (saved - there).total()
        duplicated += (there - made).total()
    off = tuple(wrong_balances(rest, witnesses.values())) if balances else ()
    return Reckoning(confirmed=confirmed, in_hub=in_hub, lost=lost, duplicated=duplicated, off=off)


def wrong_balances(rest: Rest, witnesses: Iterable[Witness]) -> Iterable[str]:
    """Where the hub's balances differ from the sums of the confirmed scans."""
    there: Counter[tuple[str, str, str]] = Counter()
    for row in rest.rows("/balances", limit=500):
        there[row["account"], row["item"].removeprefix("gtin:"), row["lot"] or ""] += row["quantity"]
    here = Counter({(account, gtin, lot or ""): n for (account, gtin, lot), n in expected_balances(witnesses).items()})
    for key in sorted(here.keys() | there.keys()):
        if here[key] != there[key]:
            yield f"{'/'.join(key)}: confirmed scans say {here[key]}, the hub {there[key]}"
