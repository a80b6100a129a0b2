"""What the balances must be, worked out from the confirmed texts of a witness alone.

An independent reading of the terminal's steering codes and of our own labels: it shares no code with the agent
or the hub, so equal sums mean that both sides understood the same.
"""

from collections import Counter
from collections.abc import Iterable

from firmware_sim.gs1 import read_elements
from firmware_sim.witness import Witness

Balance = tuple[str, str, str | None]
"""Account, GTIN-14, lot."""


def confirmed_moves(witness: Witness) -> Iterable[tuple[str, str, str, int]]:
    """(from, to, label, pieces) of each confirmed scan, by the steering codes that were accepted before it."""
    answered = set(witness.confirmed_n)
    accepted = set(witness.command_n)
    source = to = ""
    pieces = 1
    for scan in witness.scans:
        text = scan.text[3:] if scan.text.startswith("]") else scan.text
        if scan.n in accepted:
            source = text.removeprefix("RR:FROM:") if text.startswith("RR:FROM:") else source
            to = text.removeprefix("RR:TO:") if text.startswith("RR:TO:") else to
            pieces = int(text.removeprefix("RR:N:")) if text.startswith("RR:N:") else pieces
        elif scan.n in answered:
            yield source, to, text, pieces
            pieces = 1


def expected_balances(witnesses: Iterable[Witness]) -> Counter[Balance]:
    """The sum per account, GTIN and lot that the confirmed scans add up to; zeros are left out.

    For stories that name FROM and TO before their scans, as ours do, and whose labels are ours; an item with a
    serial number counts once however often it was scanned (its lot is None): where it is follows from its moves.
    """
    sums: Counter[Balance] = Counter()
    for witness in witnesses:
        for source, to, text, pieces in confirmed_moves(witness):
            elements = read_elements(text)
            key = elements["01"], elements.get("10")
            sums[source, *key] -= pieces
            sums[to, *key] += pieces
    return Counter({balance: pieces for balance, pieces in sums.items() if pieces})
