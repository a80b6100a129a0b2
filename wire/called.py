"""What verbs and conditions are called, in English and Chinese: on printed cards and on a device's display alike.

Who scans a card has to find its words again on the display.
"""

from typing import Final

VERBS: Final[dict[str, tuple[str, str]]] = {
    "receive": ("Receive", "收货"), "put-away": ("Put away", "上架"), "move": ("Move", "移库"),
    "pick": ("Pick", "拣货"), "pack": ("Pack", "装箱"), "unpack": ("Unpack", "拆箱"),
    "load": ("Load", "装车"), "unload": ("Unload", "卸车"),
    "depart": ("Depart", "发车"), "arrive": ("Arrive", "到达"), "collect": ("Collect", "取件"),
    "refuse": ("Refused", "拒收"), "attempt": ("Nobody there", "无人签收"),
    "hand-over": ("Hand over", "交付"), "return": ("Return", "退回"), "count": ("Count", "盘点"),
    "kit": ("Kit", "组套"), "unkit": ("Unkit", "拆套"), "open": ("Open a case", "开箱"),
    "quarantine": ("Quarantine", "隔离"), "release": ("Release", "解除隔离"), "expire": ("Expired", "过期"),
    "dispose": ("Dispose", "销毁"),
    "damage": ("Damaged", "损坏"), "lose": ("Lost", "丢失"), "find": ("Found", "找到"), "sight": ("Seen", "看到"),
}  # fmt: skip
"""By the name in `RR:DO:<verb>`."""

CONDITIONS: Final[dict[str, tuple[str, str]]] = {
    "good": ("Good", "完好"),
    "quarantined": ("Keep aside", "待检"),
    "damaged": ("Damaged goods", "破损"),
}
"""By the word in `RR:CONDITION:<word>`."""
