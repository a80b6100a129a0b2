"""One label out of all labels of one item."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from wire.label import Kind, Label

T = TypeVar("T", int, str)


def merge(labels: Sequence[Label]) -> Label:
    """One label out of all labels of one item, whatever their order; what one lacks, another gives.

    Where two contradict each other, the smaller value stands (the earliest date), and a fault says so. No labels at
    all give an empty text. What is missing on all of them together is said by pair_faults(merged.elements).
    """
    if not labels:
        return Label(text="")
    first = labels[0]
    if all(label == first for label in labels):
        return first
    faults = [fault for label in labels for fault in label.faults]
    gtin = _one("GTINs", (label.gtin for label in labels), faults)
    sscc = _one("SSCCs", (label.sscc for label in labels), faults)
    parcel = _one("parcels", (label.parcel for label in labels), faults)
    # What a person wrote names an item better than a lot alone, so it gives the key where no GTIN or SSCC does.
    text = min(labels, key=lambda label: (label.kind is not Kind.TEXT, label.text))
    return Label(
        text=text.text,
        kind=_kind(labels, text, named=any(key is not None for key in (gtin, sscc, parcel))),
        symbology=min((label.symbology for label in labels if label.symbology), default=None),
        gtin=gtin,
        sscc=sscc,
        parcel=parcel,
        lot=_one("lots", (label.lot for label in labels), faults),
        serial=_one("serial numbers", (label.serial for label in labels), faults),
        expiry=_one("expiry dates", (label.expiry for label in labels), faults),
        best_before=_one("best-before dates", (label.best_before for label in labels), faults),
        produced=_one("production dates", (label.produced for label in labels), faults),
        count=_one("counts", (label.count for label in labels), faults),
        content=_one("content GTINs", (label.content for label in labels), faults),
        more=_more((element for label in labels for element in label.more), faults),
        faults=tuple(sorted(set(faults))),
    )


def _more(elements: Iterable[tuple[str, str]], faults: list[str]) -> tuple[tuple[str, str], ...]:
    found: dict[str, set[str]] = {}
    for ai, value in elements:
        found.setdefault(ai, set()).add(value)
    for ai, values in found.items():
        if len(values) > 1:
            faults.append(f"the labels differ in AI {ai}: {', '.join(sorted(values))}")
    return tuple((ai, min(found[ai])) for ai in sorted(found))


def _kind(labels: Sequence[Label], text: Label, *, named: bool) -> Kind:
    if not named and text.kind is Kind.TEXT:
        return Kind.TEXT
    kinds = {label.kind for label in labels}
    return next(kind for kind in (Kind.SSCC, Kind.GS1, Kind.GTIN, Kind.TEXT) if kind in kinds)


def _one(what: str, values: Iterable[T | None], faults: list[str]) -> T | None:
    found = sorted({value for value in values if value is not None})
    if len(found) > 1:
        faults.append(f"the labels name different {what}: {', '.join(str(value) for value in found)}")
    return found[0] if found else None
