"""What notices say: sentences in English and Chinese, for text messages and to be spoken. Pure.

A template is a few sentences with names of values in them. A sentence is left out where a value of it is not known:
there is no notice with a hole in it. In Chinese a value `station_zh` stands for `station` where it is given.

    station   where to go               code    nine digits, grouped in text, one by one when spoken
    address   of the station            shelf   where it stands, as A-2-417
    hours     when it is open           until   the last day to collect it
    line      the help-line's number    when    when somebody comes, or came
    reason    why it was not possible
"""

import re
import unicodedata
from collections.abc import Mapping
from string import Formatter
from typing import Final, Literal, TypeAlias

from hub.core.masking import digits

Language: TypeAlias = Literal["en", "zh"]
Channel: TypeAlias = Literal["text", "voice"]
Kind: TypeAlias = Literal[
    "request-received",
    "parcel-ready",
    "parcel-reminder",
    "parcel-returning",
    "courier-coming",
    "attempt-failed",
    "vehicle-arrived",
    "parcel-given",
    "new-code",
    "proxy-code",
]

LONGEST_VALUE: Final = 200
"""Characters of one value; the rest is cut off."""
LONGEST: Final = 1000
"""Characters of a whole notice."""
_NINE: Final = re.compile(r"\d{9}", re.ASCII)
_LANDLINE: Final = re.compile(r"0[1-9]\d{8,10}|(\+86|0086)(10\d{8}|[2-9]\d{8,10})", re.ASCII)
"""Chinese numbers that are no mobile telephone: an area code, then seven or eight digits."""

_ENGLISH: Final[dict[Kind, tuple[str, ...]]] = {
    "request-received": (
        "We noted what you need and are preparing it.",
        "You will hear from us when it is ready.",
        "Questions? Call {line}.",
    ),
    "parcel-ready": (
        "Your relief parcel is ready.",
        "Collect it at {station}.",
        "Address: {address}.",
        "Open: {hours}.",
        "Your code: {code}.",
        "Tell the code only to the person who hands it over.",
        "It is kept until {until}.",
        "If you cannot come, call {line}.",
    ),
    "parcel-reminder": (
        "Your relief parcel is still waiting for you.",
        "Collect it at {station}.",
        "Address: {address}.",
        "Open: {hours}.",
        "Your code: {code}.",
        "It is kept until {until}.",
        "If you cannot come, call {line}.",
    ),
    "parcel-returning": (
        "Your relief parcel was not collected and goes back to the warehouse.",
        "If you still need it, call {line}.",
    ),
    "courier-coming": (
        "Your relief parcel is on its way to your door.",
        "We expect to be there {when}.",
        "Your code for the hand-over: {code}.",
        "Questions? Call {line}.",
    ),
    "attempt-failed": (
        "We were at your door with your relief parcel and could not hand it over.",
        "Reason: {reason}.",
        "We come again {when}.",
        "Questions? Call {line}.",
    ),
    "vehicle-arrived": (
        "The vehicle with your relief parcel has arrived.",
        "It stands at {station}.",
        "Address: {address}.",
        "Your code, which opens your compartment: {code}.",
        "It stays until {until}.",
        "If you cannot come, call {line}.",
    ),
    "parcel-given": (
        "Your relief parcel was handed over.",
        "That was {when}.",
        "If you did not receive it, call {line}.",
    ),
    "new-code": (
        "You have a new code for your relief parcel: {code}.",
        "The old one does not work any more.",
        "Collect it at {station}.",
        "It is kept until {until}.",
        "Questions? Call {line}.",
    ),
    "proxy-code": (
        "{proxy} may collect your relief parcel for you, with this code: {code}.",
        "Collect it at {station}.",
        "Pass the code on to nobody else.",
        "It is kept until {until}.",
        "Questions? Call {line}.",
    ),
}

_CHINESE: Final[dict[Kind, tuple[str, ...]]] = {
    "request-received": ("我们已记录您的需求，正在准备物资。", "备好后会通知您。", "如有疑问请致电{line}。"),
    "parcel-ready": (
        "您的救援包裹已备好。",
        "请到{station}领取。",
        "地址：{address}。",
        "开放时间：{hours}。",
        "取件码：{code}。",
        "取件码只告诉交付包裹的工作人员。",
        "保留至{until}。",
        "如不能前来，请致电{line}。",
    ),
    "parcel-reminder": (
        "您的救援包裹仍在等您领取。",
        "请到{station}领取。",
        "地址：{address}。",
        "开放时间：{hours}。",
        "取件码：{code}。",
        "保留至{until}。",
        "如不能前来，请致电{line}。",
    ),
    "parcel-returning": ("您的救援包裹未被领取，将退回仓库。", "如仍需要，请致电{line}。"),
    "courier-coming": (
        "您的救援包裹正在送往您家。",
        "预计{when}到达。",
        "交接时请出示取件码：{code}。",
        "如有疑问请致电{line}。",
    ),
    "attempt-failed": (
        "我们带着您的救援包裹到过您家，但未能交付。",
        "原因：{reason}。",
        "我们将于{when}再次前来。",
        "如有疑问请致电{line}。",
    ),
    "vehicle-arrived": (
        "载有您救援包裹的车辆已到达。",
        "停靠地点：{station}。",
        "地址：{address}。",
        "开箱取件码：{code}。",
        "车辆停留至{until}。",
        "如不能前来，请致电{line}。",
    ),
    "parcel-given": ("您的救援包裹已交付。", "交付时间：{when}。", "如您没有收到，请致电{line}。"),
    "new-code": (
        "您的救援包裹有了新的取件码：{code}。",
        "原取件码已失效。",
        "请到{station}领取。",
        "保留至{until}。",
        "如有疑问请致电{line}。",
    ),
    "proxy-code": (
        "{proxy}可代您领取救援包裹，取件码：{code}。",
        "请到{station}领取。",
        "请勿将此码告诉他人。",
        "保留至{until}。",
        "如有疑问请致电{line}。",
    ),
}

TEMPLATES: Final[dict[Language, dict[Kind, tuple[str, ...]]]] = {"en": _ENGLISH, "zh": _CHINESE}


def render(kind: Kind, language: Language, channel: Channel, values: Mapping[str, str]) -> str:
    """The words of a notice, of at most LONGEST characters."""
    known = {name: _clean(value) for name, value in values.items()}
    if language == "zh":
        known |= {name.removesuffix("_zh"): value for name, value in known.items() if name.endswith("_zh") and value}
    if "code" in known:
        known["code"] = _told_code(known["code"], channel)
    sentences = [
        sentence.format_map(known)
        for sentence in TEMPLATES[language][kind]
        if all(known.get(name) for name in _names(sentence))
    ]
    return (" " if language == "en" else "").join(sentences)[:LONGEST]


def channel_of(phone: str) -> Channel:
    """How to reach a telephone: landlines of China by voice, all others by text."""
    plain = ("+" if phone.lstrip().startswith("+") else "") + digits(phone)
    return "voice" if _LANDLINE.fullmatch(plain) else "text"


def _names(sentence: str) -> list[str]:
    return [name for _, name, _, _ in Formatter().parse(sentence) if name]


def _clean(value: str) -> str:
    """One line without control characters or marks that turn the direction of writing."""
    plain = "".join(" " if unicodedata.category(sign) in ("Cc", "Zl", "Zp") else sign for sign in value)
    return " ".join("".join(sign for sign in plain if unicodedata.category(sign) not in ("Cf", "Cs")).split())[
        :LONGEST_VALUE
    ]


def _told_code(code: str, channel: Channel) -> str:
    plain = code.replace(" ", "")
    if not _NINE.fullmatch(plain):
        return code
    groups = [plain[at : at + 3] for at in (0, 3, 6)]
    return " ".join(groups) if channel == "text" else ", ".join(" ".join(group) for group in groups)
