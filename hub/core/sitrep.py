"""The situation report of an incident: what is told, in which order, in English or Chinese. Pure.

It says what happened and since when, how long the first steps took, who lives there, what they need and have got, and
which warehouse could give it. It names places and organisations and no person who gets something.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, Literal, TypeAlias

from msgspec import Struct

from hub.core.incidents import Words

Language: TypeAlias = Literal["en", "zh"]
MOST_PLACES: Final = 40
MOST_ITEMS: Final = 40
MOST_SITES: Final = 20
_LONGEST: Final = 1500


class Part(Struct, frozen=True, kw_only=True):
    """A heading, lines, and a table whose first row is its head; `parts`: how wide its columns are."""

    heading: str
    lines: tuple[str, ...] = ()
    table: tuple[tuple[str, ...], ...] = ()
    parts: tuple[int, ...] = ()


class Name(Struct, frozen=True):
    """What something is called in both languages; the second may be empty."""

    en: str
    zh: str = ""

    def of(self, language: Language) -> str:
        """In a language, else as it is."""
        return self.zh or self.en if language == "zh" else self.en or self.zh


class Place(Struct, frozen=True, kw_only=True):
    """A settlement."""

    name: Name
    people: int
    households: int


class Goods(Struct, frozen=True, kw_only=True):
    """Base units of an item: asked for, given, and free in all warehouses."""

    name: Name
    needed: int
    given: int
    free: int


class Ready(Struct, frozen=True, kw_only=True):
    """A warehouse: how far it is, and how much of what is needed it covers."""

    name: Name
    km: float | None
    by_road: bool
    percent: int


class Situation(Struct, frozen=True, kw_only=True):
    """All that is told; times are Unix ms."""

    name: Name
    kind: str
    severity: str
    state: str
    exercise: bool
    alerted_at: int
    asked_at: int | None
    loaded_at: int | None
    given_at: int | None
    words: tuple[Words, ...]
    people: int
    households: int
    places: tuple[Place, ...]
    requests: Mapping[str, int]
    parcels: Mapping[str, int]
    goods: tuple[Goods, ...]
    ready: tuple[Ready, ...]
    now: int


def title(told: Situation, language: Language) -> str:
    """What stands above the report."""
    say = _SAID[language]
    return f"{say['exercise'] if told.exercise else ''}{say['title']}{told.name.of(language)}"


def parts(told: Situation, language: Language, moment: Callable[[int], str]) -> list[Part]:
    """The sections. `moment` writes a time as people there read it."""
    say = _SAID[language]
    found = [
        Part(heading=say["what"], lines=tuple(_what(told, language, moment))),
        Part(
            heading=say["clock"],
            table=((say["step"], say["at"], say["after"]), *_clock(told, language, moment)),
            parts=(3, 3, 2),
        ),
        Part(
            heading=say["who"],
            lines=(say["who-line"].format(n=len(told.places), people=told.people, households=told.households),),
            table=((say["place"], say["people"], say["households"]), *_places(told.places, language)),
            parts=(4, 2, 2),
        ),
        Part(heading=say["requests"], lines=(_counts(told.requests, language, say["none"]),)),
        Part(heading=say["parcels"], lines=(_counts(told.parcels, language, say["none"]),)),
        Part(
            heading=say["goods"],
            table=((say["item"], say["needed"], say["given"], say["free"]), *_goods(told.goods, language)),
            parts=(4, 2, 2, 2),
        ),
        Part(
            heading=say["ready"],
            table=((say["site"], say["far"], say["covers"]), *_ready(told.ready, language)),
            parts=(4, 3, 2),
        ),
    ]
    return [part if len(part.table) > 1 else _bare(part, say["none"]) for part in found]


def lasting(seconds: int) -> str:
    """A span as hours and minutes, such as 1:05 h; `-` before one that went backwards."""
    sign, seconds = ("-" if seconds < 0 else ""), abs(seconds)
    return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02d} h"


def _bare(part: Part, none: str) -> Part:
    """Without a table that has no rows; something is said in any case."""
    return Part(heading=part.heading, lines=part.lines or (none,))


def _what(told: Situation, language: Language, moment: Callable[[int], str]) -> Sequence[str]:
    say = _SAID[language]
    first = sorted(told.words, key=lambda word: not word.language.lower().startswith(language))[:1]
    about = [
        f"{say['kind']}: {told.kind or say['none']}   {say['severity']}: {_word(told.severity, language)}",
        f"{say['state']}: {_word(told.state, language)}   {say['now']}: {moment(told.now)}",
    ]
    for word in first:
        about += [text[:_LONGEST] for text in (word.area, word.headline, word.description, word.instruction) if text]
    return about


def _clock(told: Situation, language: Language, moment: Callable[[int], str]) -> list[tuple[str, ...]]:
    say = _SAID[language]
    steps = [("asked", told.asked_at), ("loaded", told.loaded_at), ("handed", told.given_at)]
    rows: list[tuple[str, ...]] = [(say["alert"], moment(told.alerted_at), "")]
    for word, at in steps:
        after = "" if at is None else lasting((at - told.alerted_at) // 1000)
        rows.append((say[word], say["not-yet"] if at is None else moment(at), after))
    return rows


def _places(places: Sequence[Place], language: Language) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = [
        (one.name.of(language), f"{one.people:,}", f"{one.households:,}") for one in places[:MOST_PLACES]
    ]
    rest = places[MOST_PLACES:]
    if rest:
        more = _SAID[language]["more"].format(n=len(rest))
        rows.append((more, f"{sum(one.people for one in rest):,}", f"{sum(one.households for one in rest):,}"))
    return rows


def _goods(goods: Sequence[Goods], language: Language) -> list[tuple[str, ...]]:
    return [(one.name.of(language), f"{one.needed:,}", f"{one.given:,}", f"{one.free:,}") for one in goods[:MOST_ITEMS]]


def _ready(ready: Sequence[Ready], language: Language) -> list[tuple[str, ...]]:
    say = _SAID[language]
    return [
        (
            one.name.of(language),
            say["unknown"] if one.km is None else f"{one.km:.1f} km {say['road' if one.by_road else 'line']}",
            f"{one.percent} %",
        )
        for one in ready[:MOST_SITES]
    ]


def _counts(counts: Mapping[str, int], language: Language, none: str) -> str:
    said = [f"{_word(state, language)} {n:,}" for state, n in sorted(counts.items(), key=lambda one: (-one[1], one[0]))]
    return ("、" if language == "zh" else ", ").join(said) or none


def _word(word: str, language: Language) -> str:
    return _ZH.get(word, word) if language == "zh" else word


_SAID: Final[Mapping[Language, Mapping[str, str]]] = {
    "en": {
        "title": "Situation report: ", "exercise": "EXERCISE. ", "what": "What happened", "kind": "Kind",
        "severity": "Severity", "state": "State", "now": "As of", "clock": "The clock", "step": "Step", "at": "When",
        "after": "After the alert", "alert": "Alert", "asked": "First request", "loaded": "First load",
        "handed": "First hand-over", "not-yet": "not yet", "who": "Who lives there",
        "who-line": "{n:,} settlements, {people:,} people, {households:,} households", "place": "Settlement",
        "people": "People", "households": "Households", "more": "and {n:,} more", "requests": "Requests",
        "parcels": "Parcels", "goods": "Goods", "item": "Item", "needed": "Needed", "given": "Given",
        "free": "Free in stock", "ready": "Warehouses", "site": "Warehouse", "far": "How far", "covers": "Covers",
        "road": "by road", "line": "straight", "unknown": "unknown", "none": "none",
    },
    "zh": {
        "title": "情况报告：", "exercise": "【演习】", "what": "发生了什么", "kind": "类型", "severity": "严重程度",
        "state": "状态", "now": "截至", "clock": "时间", "step": "步骤", "at": "时刻", "after": "预警后",
        "alert": "预警", "asked": "首个需求", "loaded": "首次装车", "handed": "首次交付", "not-yet": "尚未",
        "who": "受影响人口", "who-line": "{n:,}个居民点，{people:,}人，{households:,}户", "place": "居民点",
        "people": "人口", "households": "户数", "more": "另有{n:,}个", "requests": "需求", "parcels": "包裹",
        "goods": "物资", "item": "品名", "needed": "需要", "given": "已交付", "free": "可用库存", "ready": "仓库",
        "site": "仓库", "far": "距离", "covers": "满足", "road": "（公路）", "line": "（直线）", "unknown": "未知",
        "none": "无",
    },
}  # fmt: skip
_ZH: Final = {
    "Extreme": "特别重大", "Severe": "重大", "Moderate": "较大", "Minor": "一般", "Unknown": "未知", "open": "进行中",
    "cancelled": "已取消", "closed": "已结束", "draft": "草稿", "asked": "已申请", "approved": "已批准",
    "allocated": "已预留", "under-way": "运送中", "ready": "可领取", "fulfilled": "已交付", "refused": "已拒绝",
    "returned": "已退回", "planned": "已计划", "packed": "已打包", "arrived": "已到达", "waiting": "待取",
    "out": "派送中",
    "handed-over": "已交付", "due-back": "待退回", "returning": "退回中", "lost": "丢失", "damaged": "损坏",
}  # fmt: skip
