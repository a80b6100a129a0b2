"""The recipient's page: HTML without a script, in one piece, for old eyes, old telephones and paper. Pure.

It says where a parcel is, what to do now, when the station is open, and how somebody else can come. It holds no name,
no address, no code and nothing of what is in the parcel.
"""

from collections.abc import Iterator, Mapping
from html import escape
from typing import Final
from urllib.parse import urlencode

from hub.api.asking import Rest, Told
from hub.api.parcel_words import WORDS, Language
from hub.core.days import as_date
from hub.core.instant import day
from hub.core.parcel_answers import LONGEST, Stage
from hub.store.queries.parcel_answers import Whereabouts
from wire.display import shown

PATH: Final = "/parcel"
NUMBER: Final = "n"
TYPED: Final = "q"
LANGUAGE: Final = "lang"

_STYLE: Final = """
:root{color-scheme:light dark;--ink:#000;--paper:#fff;--line:#555;--link:#00458a;--good:#00522b;--bad:#9b0000}
@media (prefers-color-scheme:dark){
:root{--ink:#fff;--paper:#000;--line:#bbb;--link:#9cd0ff;--good:#8df0b8;--bad:#ffb3ab}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);overflow-wrap:anywhere;
font:1.5rem/1.5 system-ui,"Noto Sans CJK SC","PingFang SC",sans-serif}
main,header{max-width:38rem;margin:0 auto;padding:.6rem 1rem}
header{text-align:right}
h1{font-size:2.2rem;line-height:1.2;margin:.4rem 0}
h2{font-size:1.5rem;margin:1.6rem 0 .2rem}
p{margin:.4rem 0}
a{color:var(--link);display:inline-block;padding:.3rem 0;min-height:3rem;min-width:3rem}
.big{font-size:2.4rem;font-weight:700;line-height:1.25;margin:.6rem 0;
border-left:.7rem solid var(--line);padding-left:1rem}
.ready,.vehicle,.door{border-color:var(--good)}
.back,.trouble,.none,.rest{border-color:var(--bad)}
dl{margin:1rem 0}
dt{margin-top:.7rem}
dd{margin:0;font-weight:700;font-size:1.8rem;line-height:1.3;white-space:pre-line}
label{display:block;font-weight:700;margin-top:1.2rem}
input,button{font:inherit;width:100%;min-height:4rem;padding:.3rem .8rem;border:3px solid var(--ink);
border-radius:.5rem}
input{background:var(--paper);color:var(--ink);font-size:1.9rem;letter-spacing:.06em}
button{background:var(--ink);color:var(--paper);font-weight:700;margin-top:.8rem;cursor:pointer}
:focus-visible{outline:5px solid var(--link);outline-offset:3px}
.small{font-size:1.15rem}
@media print{
:root{--ink:#000;--paper:#fff;--line:#000;--link:#000;--good:#000;--bad:#000}
header,form,.screen{display:none}
body{font-size:20pt}
a{text-decoration:none}}
"""

_COLLECTED: Final = frozenset({Stage.PREPARING, Stage.COMING, Stage.ARRIVED, Stage.READY, Stage.VEHICLE, Stage.DOOR})
"""Where somebody else can still come for it."""
_THERE: Final = frozenset({Stage.ARRIVED, Stage.READY, Stage.VEHICLE})


def language_of(asked: str, accepted: str) -> Language:
    """What was asked for, else what the browser likes better of the two (Accept-Language, RFC 9110, 12.5.4)."""
    if asked in ("en", "zh"):
        return "zh" if asked == "zh" else "en"
    liked: dict[Language, float] = {}
    for part in accepted[:500].split(","):
        tag, _, weight = part.partition(";")
        primary: Language = "zh" if tag.strip().lower().split("-")[0] == "zh" else "en"
        if primary == "zh" or tag.strip().lower().split("-")[0] == "en":
            liked[primary] = max(liked.get(primary, 0.0), _weight(weight))
    return "zh" if liked.get("zh", 0.0) > liked.get("en", 0.0) else "en"


def page(told: Told, language: Language, *, asked: bool, number: str = "") -> str:
    """The whole page. `asked`: `told` answers something; else it is only asked for. `number` is kept in its links."""
    words = WORDS[language]
    if not asked:
        body = [f"<h1>{_say('title', words)}</h1>", *_form(words, language)]
    elif told is None:
        body = [
            _big("none", words), f"<p>{_say('none-do', words)}</p><p>{_say('none-call', words)}</p>",
            *_form(words, language),
        ]  # fmt: skip
    elif isinstance(told, Rest):
        body = [*_resting(told, words), *_form(words, language)]
    else:
        body = [*_found(told, words, language)]
    other: Language = "en" if language == "zh" else "zh"
    query = {LANGUAGE: other} | ({NUMBER: number} if number else {})
    return (
        f'<!doctype html><html lang="{_tag(language)}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        # "no-referrer" would have browsers say Origin: null with the form
        '<link rel="icon" href="data:,">'  # else browsers ask for one
        '<meta name="referrer" content="same-origin"><meta name="robots" content="noindex">'
        f"<title>{_say('title', words)}</title><style>{_STYLE}</style></head><body>"
        f'<header><a href="{_link(query)}" lang="{_tag(other)}">{_say("other", words)}</a></header>'
        f"<main>{''.join(body)}</main></body></html>"
    )


def _found(told: Whereabouts, words: Mapping[str, str], language: Language) -> Iterator[str]:
    yield f'<p class="small">{_say("title", words)}</p>{_big(told.stage.value, words)}'
    yield f"<p>{_say(told.stage.value + '-do', words)}</p>"
    if told.locked:
        call = words["locked-call"].format(line=told.line) if told.line else words["locked-ask"]
        yield f"<p><strong>{_plain(words['locked'].format(call=call))}</strong></p>"
    until = (
        "" if told.until is None else f"{day(told.until)} {words['weekdays'].split()[as_date(told.until).weekday()]}"
    )
    rows = [
        ("where", told.station_zh if language == "zh" else told.station),
        ("hours", told.hours if told.stage in _COLLECTED else ""),
        ("until", (words["over"].format(day=until) if told.over else until) if told.stage in _THERE else ""),
        ("number", told.number),
    ]
    yield "<dl>" + "".join(f"<dt>{_say(name, words)}</dt><dd>{_plain(text)}</dd>" for name, text in rows if text)
    if told.line:
        dial = "".join(sign for sign in told.line if sign.isdecimal() or sign == "+")
        hours = f' <span class="small">({_plain(told.line_hours)})</span>' if told.line_hours else ""
        yield f'<dt>{_say("call", words)}</dt><dd><a href="tel:{escape(dial)}">{_plain(told.line)}</a>{hours}</dd>'
    yield "</dl>"
    if told.stage in _COLLECTED:
        how = words["proxy-line"].format(line=told.line) if told.line else words["proxy-none"]
        yield f"<h2>{_say('proxy', words)}</h2><p>{_plain(how)}</p>"
    seen = f" {escape(words['seen'].format(seen=told.seen))}" if told.seen else ""
    known = escape(words["asof"].format(now=told.now, zone=told.zone))
    yield f'<p class="small">{known}{seen} {_say("safe", words)}</p>'
    yield f'<p class="screen"><a href="{_link({LANGUAGE: language})}">{_say("again", words)}</a></p>'


def _resting(told: Rest, words: Mapping[str, str]) -> Iterator[str]:
    wait = words["minutes"].format(n=-(-told.wait_s // 60))
    yield _big("rest", words)
    yield f"<p>{escape(words['rest-code' if told.code else 'rest-number'].format(wait=wait))}</p>"


def _form(words: Mapping[str, str], language: Language) -> Iterator[str]:
    yield f'<form method="post" action="{PATH}"><input type="hidden" name="{LANGUAGE}" value="{language}">'
    yield f'<label for="q">{_say("field", words)}</label><p class="small" id="h">{_say("help", words)}</p>'
    yield (
        f'<input id="q" name="{TYPED}" aria-describedby="h" required maxlength="{LONGEST}" autocomplete="off"'
        ' autocapitalize="none" spellcheck="false" enterkeyhint="search">'
    )
    yield f'<button>{_say("ask", words)}</button></form><p class="small">{_say("safe", words)}</p>'


def _big(name: str, words: Mapping[str, str]) -> str:
    return f'<h1 class="big {name}">{_say(name, words)}</h1>'


def _say(name: str, words: Mapping[str, str]) -> str:
    return escape(words[name])


def _plain(text: str) -> str:
    """What somebody else wrote, line by line."""
    return "\n".join(escape(shown(" ".join(line.split()))) for line in text.split("\n"))


def _link(query: Mapping[str, str]) -> str:
    return escape(f"{PATH}?{urlencode(query)}")


def _tag(language: Language) -> str:
    return "zh-CN" if language == "zh" else "en"


def _weight(text: str) -> float:
    name, _, value = text.strip().partition("=")
    try:
        return min(1.0, max(0.0, float(value))) if name.strip() == "q" else 1.0
    except ValueError:
        return 0.0
