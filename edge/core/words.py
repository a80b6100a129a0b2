"""What a device says to people, in English and Chinese: one table, sentences by code.

Values are put in as text and made harmless: a lot number or a name that holds control characters, or marks that turn
the direction of writing, shows them written out and steers no display.
"""

from typing import Final

from edge.core.dialogue_state import Outcome, Said
from wire import called
from wire.display import shown

LANGUAGES: Final = ("en", "zh")
MOST: Final = 300
"""Longest sentence, in characters."""
_LONGEST_VALUE: Final = 80

SENTENCES: Final[dict[str, tuple[str, str]]] = {
    # What a fact is warned of
    "expired": ("expired on {day}: do not hand it out", "已过期（{day}）：不得发放"),
    "expires-soon": ("expires on {day}", "即将过期（{day}）"),
    "recalled": ("lot {lot} is recalled: set it aside; {why}", "批号 {lot} 已召回：请隔离存放；{why}"),
    "quarantined": ("lot {lot} is in quarantine: do not use it; {why}", "批号 {lot} 已隔离：不得使用；{why}"),
    "unknown-item": ("unknown goods: keep them aside", "未知物品：请单独存放"),
    "unexpected": ("not expected here ({task}): keep it aside", "不在预期内（{task}）：请单独存放"),
    "over": ("too many: {done} by now, {n} expected", "超出：已扫 {done}，应为 {n}"),
    "wrong-owner": ("these goods are of {owner}, not of {other}", "物品属于 {owner}，不属于 {other}"),
    "wrong-place": ("wrong place {place}: {because}", "位置不对 {place}：{because_zh}"),
    "wrong-station": ("this parcel is for {station}: set it aside", "此包裹属于 {station_zh}：请单独存放"),
    "no-code": ("handed over without a code", "未核对取件码"),
    "given": ("parcel {parcel} was handed over already", "包裹 {parcel} 已交付过"),
    "why-unknown": ("this site has no such place", "本库没有此位置"),
    "why-quarantine": ("these go to quarantine", "应放隔离区"),
    "why-cool": ("these have to be kept cool", "应放阴凉处"),
    "why-cold": ("these have to be kept cold", "应冷藏"),
    "why-frozen": ("these have to be kept frozen", "应冷冻"),
    "why-other-bin": ("the list names another bin", "拣货单为另一货位"),
    # Why nothing was done
    "no-command": ("no command: {code}", "无此命令：{code}"),
    "bad-code": ("this code is wrong: {why}", "条码错误：{why}"),
    "quantity": (
        "a scan moves 1 to {most} pieces, not {n}: scan RR:N:<digits> or RR:RESET",
        "一次扫描为 1 至 {most} 件，不能是 {n}：请扫数量或重置",
    ),
    "too-large": ("the label makes an item that is too large: type the part that names the goods", "标签内容过长"),
    "count-number": (
        "a count needs its number: scan RR:N:<digits>, or digits and RR:OK",
        "盘点需要数量：请扫数字卡后确认",
    ),
    "count-place": ("a count needs its place: scan it, or RR:TO:<account>", "盘点需要位置：请先扫描位置"),
    "count-first": ("there is no count to repeat: scan RR:DO:count", "没有盘点：请先扫描盘点卡"),
    "count-rounds": ("this was counted too often: ask your supervisor", "盘点次数过多：请联系主管"),
    "in-hand": ("goods wait in hand: finish with them, or scan RR:CLEAR", "手中还有物品未完成：请先完成或清除"),
    "hand-full": ("{count} are in hand: first say where they go", "手中已有 {count} 项：请先扫描去向"),
    "task-unknown": ("this device does not know {task}: ask for it to be sent here", "本机没有任务 {task}"),
    "pick-wrong-item": (
        "wrong goods, put them back; take {goods}, lot {lot}, from {place}",
        "物品不对，请放回；应取 {goods_zh}，批号 {lot}，位置 {place}",
    ),
    "pick-wrong-lot": (
        "wrong lot, put it back; take {goods}, lot {lot}, from {place}",
        "批号不对，请放回；应取 {goods_zh}，批号 {lot}，位置 {place}",
    ),
    "pick-wrong-owner": ("wrong owner {other}, put it back; take those of {owner}", "货主不对，应取 {owner}"),
    "pick-unit": ("scan the goods, not the unit that they are in", "请扫描物品，不是托盘或外箱"),
    "pick-nothing": ("nothing is left to pick", "已无待拣货"),
    "unit-itself": ("this is the unit itself", "这就是该托盘或外箱本身"),
    "unit-first": ("first scan the unit that it comes out of", "请先扫描要拆的托盘或外箱"),
    "unit-open": ("unit {sscc} is open", "托盘或外箱 {sscc} 已打开"),
    "pack-first": ("this is for packing: scan RR:DO:pack", "请先扫描装箱卡"),
    "sscc-none": (
        "no number is left for a new unit: scan a label that is printed already",
        "没有可用的新箱号：请用已印好的标签",
    ),
    "kit-place": ("where is this done? scan the place", "请先扫描位置"),
    "kit-first": ("first scan the whole", "请先扫描整套或整箱"),
    "kit-itself": ("this is the whole itself: scan what it is made of", "这是整套本身：请扫描组成部分"),
    "kit-full": ("a kit has at most {count} parts", "套件最多 {count} 种"),
    "digits-many": ("at most {most}: scan RR:CLEAR and begin again", "最多 {most}：请清除后重来"),
    "nothing-to-confirm": ("there is nothing to confirm", "没有需要确认的"),
    "nothing-to-close": ("nothing is open", "没有打开的任务"),
    "nothing-to-undo": ("nothing to undo since this agent started", "没有可撤销的"),
    "typed-check-digit": ("{digits} should end in {right}: read it again", "{digits} 的校验位应为 {right}：请重新核对"),
    "typed-unknown": (
        "type a GTIN, an SSCC, or all with brackets, such as (01)...(10)...",
        "请输入 GTIN、SSCC 或带括号的内容，如 (01)...(10)...",
    ),
    "typed-faults": ("typed wrong: {why}", "输入有误：{why}"),
    "typed-code": ("typed wrong: {why}", "输入有误：{why}"),
    "sign-on-first": ("nobody is signed on: scan your badge", "尚未登录：请扫描工牌"),
    "badge-first": ("scan your badge first", "请先扫描工牌"),
    "badge-unknown": ("this device does not know this badge", "本机不认识此工牌"),
    "pin-first": ("{name}: PIN, then RR:OK; or RR:OFF", "{name}：请输入密码后确认，或注销"),
    "pin-length": ("a PIN has 4 to 12 digits: again", "密码为 4 至 12 位数字：请重输"),
    "pin-wrong": ("wrong PIN, {left} tries left", "密码错误，还可试 {left} 次"),
    "pin-locked": ("too many wrong PINs: wait {seconds} s", "密码错误次数过多：请等待 {seconds} 秒"),
    "pin-locked-here": ("too many wrong PINs of this badge: wait", "此工牌密码错误次数过多：请等待"),
    "pin-unable": ("the PIN cannot be checked now: again", "暂时无法核对密码：请重试"),
    "collect-parcel": ("scan a parcel; or type the code", "请扫描包裹，或输入取件码"),
    "collect-first": (
        "first the code; without one: RR:DO:hand-over",
        "请先输入取件码；没有取件码请扫交付卡",
    ),
    "collect-other": ("not theirs, put it back; take {where}", "不是此人的包裹，请放回；应取 {where}"),
    "collect-given": ("parcel {parcel} is handed over already", "包裹 {parcel} 已交付"),
    "collect-nobody": ("nothing waits under these four digits", "此尾号没有待取包裹"),
    "collect-coming": ("{count} on the way, nothing is here yet", "{count} 件在途，尚未到站"),
    "code-first": ("this is a collection code: scan RR:DO:collect first", "这是取件码：请先扫描取件卡"),
    "code-digits": ("four digits of the telephone number, or nine of the code", "请输入手机尾号四位，或取件码九位"),
    "code-typed": ("the code is typed wrong: read it again", "取件码输入有误：请重新核对"),
    "code-elsewhere": ("this code is of another station: {station}", "此取件码属于其他站点：{station_zh}"),
    "code-wrong": (
        "this code opens nothing that waits here; it may be used already",
        "此取件码没有待取包裹，可能已使用",
    ),
    "code-used": ("this code was used already", "此取件码已使用"),
    "code-used-at": ("this code was used already: on {day}, {station}", "此取件码已使用：{day}，{station_zh}"),
    "code-refused": (
        "right, but it is not to be handed out here now: ask the help-line",
        "取件码正确，但目前不可在此交付：请联系热线",
    ),
    "code-shut": ("too many wrong codes: the help-line makes a new one", "取件码错误次数过多：请联系热线重发"),
    "code-wait": ("too many wrong codes here: wait {minutes} minutes", "错误次数过多：请等待 {minutes} 分钟"),
    "code-unable": ("the code cannot be checked now: RR:DO:hand-over", "暂时无法核对取件码：请扫交付卡"),
    "not-printed": (
        "it is not printed: this device has no printer, or too much waits for it",
        "无法打印：本机没有打印机，或等待打印的太多",
    ),
    "not-stored": ("not stored", "未保存"),
    "garbage": ("garbage, {fault}: {size} bytes and more", "无法识别，{fault}：{size} 字节以上"),
    # What a terminal says beside its readings
    "trouble-full": (
        "there is no room left: scans are not stored until this device reaches its hub",
        "存储已满：连接中心之前扫描无法保存",
    ),
    "trouble-tight": ("little room is left: this device has to reach its hub", "存储空间不足：请尽快连接中心"),
    "trouble-foreign": (
        "the hub that answers is another one: nothing is sent; a person has to rebind this device",
        "应答的中心不是本机所属：暂不上传，需由管理员重新绑定",
    ),
    "trouble-shut-out": ("the hub does not let this device in: {why}", "中心拒绝本机接入：{why}"),
    "trouble-scanner": ("the scanner is not there: {why}", "扫描枪未连接：{why}"),
    "trouble-printer": ("nothing is printed now: {why}", "暂时无法打印：{why}"),
    # What was obeyed
    **{f"now-{verb}": (f"now: {verb}", f"现在：{chinese}") for verb, (_, chinese) in called.VERBS.items()},
    "now-from": ("now from {place}", "来自 {place}"),
    "now-to": ("now to {place}", "去往 {place}"),
    "task": ("task {task}", "任务 {task}"),
    "task-not-expected": ("task {task}: this device does not know it; all is kept", "任务 {task}：本机未知，照常保存"),
    "task-closed": ("closed {task}", "已结束 {task}"),
    "quantity-next": ("the next scan: {n} pieces", "下一次扫描：{n} 件"),
    "digits": ("{digits}, then RR:OK", "{digits}，请确认"),
    "count-next": ("the next scan is a count", "下一次扫描为盘点"),
    "recount": ("count again, round {round}", "复盘，第 {round} 轮"),
    "cleared": ("cleared", "已清除"),
    "owner": ("owner: {owner}", "货主：{owner}"),
    "owner-none": ("no owner named", "未指定货主"),
    "condition": ("condition: {condition}", "状态：{condition_zh}"),
    "handover": ("the slip of the shift is printed", "正在打印交接单"),
    "as-configured": ("as configured", "已恢复默认"),
    "unit-next": ("the next SSCC is the unit", "下一个 SSCC 为托盘或外箱"),
    "unit-new": ("new unit {sscc}: stick the label on", "新箱号 {sscc}：请贴标签"),
    "unit-closed": ("unit {sscc} is closed", "托盘或外箱 {sscc} 已封"),
    "collect-here": ("{place} {who}", "{place} {who}"),
    "collect-more": ("and {count} more", "还有 {count} 件"),
    "collect-open": ("{count} open", "可取 {count} 件"),
    "shelf-code": ("shelf {code}, {who} {last4}", "货架号 {code}，{who} {last4}"),
    "pick-skipped": ("line {line} comes later", "第 {line} 行稍后再拣"),
    "undone-fact": ("undone", "已撤销"),
    "unit-again": ("the label of unit {sscc} is printed", "正在打印箱号 {sscc} 的标签"),
    "undone-label": ("the label that waited is forgotten", "等待的标签已取消"),
    "undone-hand": ("put down; {count} in hand", "已取消；手中 {count} 项"),
    "pin": ("{name}: PIN, then RR:OK", "{name}：请输入密码后确认"),
    "pin-more": ("{count} digits", "{count} 位"),
    "signed-on": ("{name} is signed on", "{name} 已登录"),
    "signed-off": ("signed off", "已注销"),
    # What waits
    "code-coming": ("right, but {count} on the way: scan it if it is here", "取件码正确，{count} 件在途：如已到请扫描"),
    "held-put-away": ("{count} in hand: scan the place", "手中 {count} 项：请扫描位置"),
    "held-move": ("{count} in hand: scan the place", "手中 {count} 项：请扫描位置"),
    "held-load": ("{count} in hand: scan the vehicle", "手中 {count} 项：请扫描车辆"),
    "held-unload": ("{count} in hand: scan the vehicle", "手中 {count} 项：请扫描车辆"),
    "held-pack": ("{count} in hand: RR:DONE makes a unit of it", "手中 {count} 项：完成后生成箱号"),
    "held-count": ("how many? digits, then RR:OK", "数量？请扫数字卡后确认"),
    "kit-parts": ("scan the parts, then RR:DONE", "请扫描组成部分，然后完成"),
    "unkit-parts": ("scan what comes out of it, then RR:DONE", "请扫描拆出的物品，然后完成"),
    "open-parts": ("scan what is in it, with its number, then RR:DONE", "请扫描内装物品及数量，然后完成"),
    "kit-part": ("{count} parts; RR:DONE when all are scanned", "{count} 种；全部扫完后完成"),
    "pick-lot": ("scan the label that says the lot; lot {lot} is wanted", "请扫描批号标签；需要批号 {lot}"),
    "partner-waits": ("this label names no goods: scan the other label", "此标签没有物品号：请扫描另一张标签"),
    "partner-lost": ("the label before named no goods and is not kept", "前一张标签没有物品号，未保存"),
    "partner-known": ("this changes nothing", "没有变化"),
    # What is expected next
    "expect-sign-on": ("scan your badge", "请扫描工牌"),
    "expect-pin": ("{name}: PIN, then RR:OK", "{name}：请输入密码后确认"),
    "expect-confirm": ("{digits}: RR:OK, or scan", "{digits}：请确认或扫描"),
    "expect-goods": ("{verb}: scan goods", "{verb_zh}：请扫描物品"),
    "expect-place": ("{verb}: {count} in hand, scan the place", "{verb_zh}：手中 {count} 项，请扫描位置"),
    "expect-vehicle": ("{verb}: {count} in hand, scan the vehicle", "{verb_zh}：手中 {count} 项，请扫描车辆"),
    "expect-source": ("{verb}: scan where it comes from", "{verb_zh}：请扫描来源位置"),
    "expect-where": ("{verb}: scan the place", "{verb_zh}：请扫描位置"),
    "expect-code": ("type the code, or four digits of the number", "请输入取件码，或手机尾号四位"),
    "expect-open": ("{count} open: {where}; scan them, or RR:DONE", "可取 {count} 件：{where}；请扫描包裹或完成"),
    "expect-number": ("how many? digits, then RR:OK", "数量？请扫数字卡后确认"),
    "expect-partner": ("scan the other label of it", "请扫描另一张标签"),
    "expect-pick": ("take {n} of {goods}, lot {lot}, from {place}", "取 {n} 件 {goods_zh}，批号 {lot}，位置 {place}"),
    "expect-picked": ("all is picked: RR:DONE", "拣货完成：请确认结束"),
    "expect-unit": ("{verb}: scan the unit, or the contents", "{verb_zh}：请扫描托盘外箱或内装物品"),
    "expect-contents": ("unit {sscc}: scan the contents, RR:DONE closes it", "{sscc}：请扫描内装物品，完成后封箱"),
    "expect-unit-done": ("{count} in hand: more, or RR:DONE for a new unit", "手中 {count} 项：继续，或完成生成箱号"),
    "expect-whole": ("{verb}: scan the whole", "{verb_zh}：请扫描整套或整箱"),
    "expect-parts": ("{count} parts: more, or RR:DONE", "{count} 种：继续或完成"),
}  # fmt: skip
"""Code -> English, Chinese. Whatever can be said is here; a test says each once."""


def say(sentence: Said, language: str = "en") -> str:
    """One sentence."""
    form = SENTENCES[sentence.code][LANGUAGES.index(language)]
    values = {name: shown(_text(name, value), _LONGEST_VALUE) for name, value in sentence.values}
    if "verb" in values:
        values["verb_zh"] = called.VERBS[values["verb"]][1]
    if sentence.code == "condition":
        values["condition_zh"] = called.CONDITIONS[values["condition"]][1]
    if sentence.code == "wrong-place":
        values["because"], values["because_zh"] = SENTENCES[f"why-{values['why']}"]
    return shown(form.format(**values).rstrip("; ；"), MOST)


def words(outcome: Outcome, language: str = "en") -> str:
    """All that an outcome says; empty where there is nothing to say."""
    return shown("; ".join(say(each, language) for each in outcome.said), MOST)


def _text(name: str, value: str | int) -> str:
    if name == "day" and isinstance(value, int):
        return f"{value // 10_000:04d}-{value // 100 % 100:02d}-{value % 100:02d}"
    return str(value)
