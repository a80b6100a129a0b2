"""What a label is of, in a person's words: the name that the site data has for the goods, and their lot."""

from typing import Final

from edge.core.knowledge import Knowledge
from edge.core.labelling import TypedWrongError, goods_key, typed
from edge.ui.messages import Goods, Words
from wire import codes
from wire.display import shown
from wire.labels import Kind, Label, merge, parse

LONGEST_NAME: Final = 120
TYPED: Final = "RR:KEY:"
"""Before what a person typed."""


def named(labels: tuple[str, ...], knows: Knowledge, pieces: int | None = None) -> Goods | None:
    """The goods that these labels of one thing name, or None where the device has no name for them.

    A logistic unit is named by what it says it contains, else by the only goods that are known to be in it. `pieces`:
    so many were counted of it.
    """
    found = [label for text in labels if (label := _label(text)) is not None]
    if not found:
        return None
    label = merge(found) if len(found) > 1 else found[0]
    name = _name(label, knows)
    return Goods(name=name, lot=shown(label.lot or "", LONGEST_NAME), pieces=pieces) if name is not None else None


def _label(text: str) -> Label | None:
    if not text.startswith(TYPED):
        return parse(text)
    try:
        return typed(text.removeprefix(TYPED), None).label
    except TypedWrongError:
        return None


def _name(label: Label, knows: Knowledge) -> Words | None:
    code = codes.read(label.text) if label.kind is Kind.TEXT else None
    if code is not None and (code.name != codes.GOODS or code.value is None):
        return None
    coded = knows.goods(code.value) if code is not None and code.value is not None else None
    if coded is not None and coded.name:
        return _words(coded.name, coded.name_zh)
    inside = {each.gtin for each in knows.contents(label.handling_unit or "")}
    alone = inside.pop() if len(inside) == 1 else ""
    article = knows.article(label.content or alone or goods_key(label, knows))
    return _words(article.name, article.name_zh) if article is not None else None


def _words(name: str, name_zh: str) -> Words:
    return Words(en=shown(name, LONGEST_NAME), zh=shown(name_zh or name, LONGEST_NAME))
