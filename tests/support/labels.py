"""Strategies for labels: what can be printed, and what someone hostile would print."""

from typing import Any

from hypothesis import strategies as st

from wire.labels import GS, check_digit

CSET_82 = "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
IDENTIFIERS = ["", "]C1", "]d2", "]e0", "]Q3", "]J1", "]C0", "]A0", "]E0", "]E3", "]E4", "]I1", "]Q1", "]d1"]


def keys(length: int) -> st.SearchStrategy[str]:
    """GS1 keys of that many digits with their right check digit."""
    body = st.text("0123456789", min_size=length - 1, max_size=length - 1)
    return body.map(lambda digits: digits + check_digit(digits))


gtins = keys(14)
ssccs = keys(18)
texts = st.text(CSET_82, min_size=1, max_size=20)
dates = st.dates().map(lambda day: (2000 + day.year % 77) * 10_000 + day.month * 100 + min(day.day, 28))


@st.composite
def parts(draw: st.DrawFn) -> dict[str, Any]:
    """Arguments of element_string for one sound label: the AIs that a label keeps, any subset, at least one."""
    choices: dict[str, st.SearchStrategy[Any]] = {
        "gtin": gtins,
        "sscc": ssccs,
        "lot": texts,
        "serial": texts,
        "expiry": dates,
        "best_before": dates,
        "produced": dates,
        "count": st.integers(0, 99_999_999),
        "content": gtins,
    }
    names = draw(st.sets(st.sampled_from(sorted(choices)), min_size=1))
    return {name: draw(choices[name]) for name in sorted(names)}


_pieces = st.one_of(
    st.sampled_from([*IDENTIFIERS, GS, "01", "00", "02", "10", "17", "21", "37", "99", "240", "3103", "414", "|]e0"]),
    gtins,
    ssccs,
    texts,
    st.text(max_size=10),
    st.text("0123456789", max_size=20),
)
hostile = st.one_of(st.text(max_size=60), st.lists(_pieces, max_size=8).map("".join))
"""Near labels and far from them: identifiers, AIs, keys and anything else glued together."""
