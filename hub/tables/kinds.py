"""The kinds of table: their columns, by which headings each is found, and how its cells are read."""

from typing import Any, Final

from msgspec import Struct

from hub.core.datum import Datum
from hub.core.viewer import Role
from hub.tables import cells
from hub.tables.cells import Reader
from hub.tables.grid import MOST_ROWS

ID: Final = cells.pattern(r"[a-z0-9-]{1,40}", "an id has 1 to 40 small letters, digits and hyphens, such as wh-1")
_BIN: Final = cells.pattern(r"[^\x00-\x20/]{1,40}", "a bin has 1 to 40 characters without spaces and slashes")
_LOT: Final = cells.pattern(r"[!\"%-?A-Z_a-z]{1,20}", "a lot has 1 to 20 letters, digits and common signs (AI 10)")
_CODE: Final = cells.pattern(r"[A-Za-z0-9._-]{1,40}", "a code of ours has 1 to 40 letters, digits, dots and hyphens")
_NAME: Final = cells.text(200)
_MOST_PIECES: Final = 1_000_000

_TEMPERATURES: Final = {
    "ambient": "ambient", "常温": "ambient", "cool": "cool", "阴凉": "cool", "cold": "cold", "冷藏": "cold",
    "frozen": "frozen", "冷冻": "frozen",
}  # fmt: skip
_SITES: Final = {
    "warehouse": "warehouse", "仓库": "warehouse", "station": "station", "站点": "station", "救助站": "station",
    "hospital": "hospital", "医院": "hospital", "camp": "camp", "安置点": "camp", "营地": "camp",
}  # fmt: skip
_BINS: Final = {
    "shelf": "shelf", "货架": "shelf", "dock": "dock", "月台": "dock", "staging": "staging", "暂存": "staging",
    "quarantine": "quarantine", "隔离": "quarantine", "cool": "cool", "冷库": "cool",
}  # fmt: skip
_CONDITIONS: Final = {
    "good": "good", "完好": "good", "quarantined": "quarantined", "隔离": "quarantined", "待检": "quarantined",
    "damaged": "damaged", "破损": "damaged", "损坏": "damaged",
}  # fmt: skip
DATUMS: Final = {
    **{datum.value: datum.value for datum in Datum},
    "WGS-84": "WGS84", "WGS 84": "WGS84", "GPS": "WGS84", "GCJ02": "GCJ-02", "火星坐标": "GCJ-02", "高德": "GCJ-02",
    "腾讯": "GCJ-02", "amap": "GCJ-02", "BD09": "BD-09", "百度": "BD-09", "baidu": "BD-09",
}  # fmt: skip


class Column(Struct, frozen=True):
    """One column. An empty cell is a fault where `needed`, else the default.

    `key` columns name a row; what they name together stands once in a table.
    """

    name: str
    headings: tuple[str, ...]
    read: Reader
    needed: bool = False
    key: bool = False
    default: Any = ""


class Kind(Struct, frozen=True):
    """One kind of table, and a row that shows how it is filled in."""

    name: str
    columns: tuple[Column, ...]
    example: tuple[str, ...]
    most: int = MOST_ROWS
    """Rows of one table: nothing else is stored while it is."""

    @property
    def key(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns if column.key)


def _id(name: str, *headings: str, key: bool = True, needed: bool = True) -> Column:
    return Column(name, headings, ID, needed, key, None)


_NAMES: Final = (
    Column("name", ("name", "english name", "名称", "英文名", "英文名称"), _NAME, needed=True),
    Column("name_zh", ("name zh", "chinese name", "中文名", "中文名称"), _NAME),
)

ORGANISATIONS: Final = Kind(
    "organisations",
    (_id("id", "id", "organisation", "organization", "编号", "组织编号"), *_NAMES),
    ("red-cross", "Red Cross Society", "红十字会"),
)
SITES: Final = Kind(
    "sites",
    (
        _id("id", "id", "site", "编号", "站点编号", "仓库编号"),
        *_NAMES,
        Column("kind", ("kind", "type", "类型", "种类"), cells.choice(_SITES), needed=True),
        Column("lat", ("lat", "latitude", "纬度"), cells.decimal(-90, 90), default=None),
        Column("lon", ("lon", "lng", "longitude", "经度"), cells.decimal(-180, 180), default=None),
        Column("datum", ("datum", "coordinate system", "坐标系"), cells.choice(DATUMS), default=None),
        Column("zone", ("zone", "time zone", "timezone", "时区"), cells.text(64), default="UTC"),
        _id("rule_owner", "rule owner", "owner", "默认货主", key=False, needed=False),
        Column("warn_days", ("warn days", "临期天数"), cells.whole(0, 3650), default=30),
        Column("keep_days", ("keep days", "保管天数"), cells.whole(1, 365), default=7),
        Column("remind_days", ("remind days", "提醒天数"), cells.whole(0, 365), default=3),
        Column("hours", ("hours", "opening hours", "营业时间", "开放时间"), cells.text(200), default=""),
    ),
    (
        "wh-1",
        "Pudong warehouse",
        "浦东仓库",
        "warehouse",
        "31.2304",
        "121.4737",
        "WGS84",
        "Asia/Shanghai",
        "",
        "30",
        "7",
        "3",
        "08:00-20:00",
    ),
)
BINS: Final = Kind(
    "bins",
    (
        _id("site", "site", "warehouse", "仓库", "站点"),
        Column("code", ("code", "bin", "location", "库位", "货位", "编号"), _BIN, needed=True, key=True),
        Column("kind", ("kind", "type", "类型", "种类"), cells.choice(_BINS), default="shelf"),
        _id("owner", "owner", "货主", key=False, needed=False),
        Column("pallets", ("pallets", "pallet places", "托盘位"), cells.whole(0, 1_000_000), default=None),
        Column("volume_dm3", ("volume dm3", "litres", "容积升"), cells.whole(0, 1_000_000_000), default=None),
    ),
    ("wh-1", "A-01-03", "shelf", "", "2", ""),
)
CATALOGUE: Final = Kind(
    "catalogue",
    (
        Column("gtin", ("gtin", "ean", "barcode", "商品条码", "条码", "条形码"), cells.gtin, needed=True, key=True),
        *_NAMES,
        Column("unit", ("unit", "单位", "计量单位"), cells.text(40), default="piece"),
        Column("category", ("category", "类别", "分类"), cells.text(80)),
        Column("contains_gtin", ("contains gtin", "内装条码"), cells.gtin, default=None),
        Column("contains_n", ("contains n", "contains", "内装数量"), cells.whole(1, 1_000_000), default=None),
        Column("serial", ("serial", "has serial numbers", "序列号管理"), cells.flag, default=False),
        Column("temperature", ("temperature", "温度", "温区"), cells.choice(_TEMPERATURES), default="ambient"),
        Column("shelf_days", ("shelf days", "最短有效天数"), cells.whole(0, 36_500), default=None),
    ),
    ("09501101530003", "Blanket 180 x 220 cm", "毛毯", "piece", "shelter", "", "", "no", "ambient", ""),
)
KITS: Final = Kind(
    "kits",
    (
        Column("kit", ("kit", "kit gtin", "套件条码", "套装条码"), cells.gtin, needed=True, key=True),
        Column("part", ("part", "part gtin", "component", "部件条码", "内含条码"), cells.gtin, needed=True, key=True),
        Column("n", ("n", "quantity", "pieces", "数量"), cells.whole(1, _MOST_PIECES), needed=True),
    ),
    ("09501101530010", "09501101530003", "2"),
)
STOCK: Final = Kind(
    "stock",
    (
        _id("site", "site", "warehouse", "仓库", "站点"),
        Column("bin", ("bin", "location", "库位", "货位"), _BIN, key=True),
        Column("gtin", ("gtin", "ean", "barcode", "商品条码", "条码", "条形码"), cells.gtin, key=True, default=None),
        Column("code", ("code", "goods code", "自编码"), _CODE, key=True, default=None),
        Column("lot", ("lot", "batch", "批号", "批次"), _LOT, key=True),
        Column("expiry", ("expiry", "expiry date", "best before", "有效期", "失效日期"), cells.day, default=None),
        Column("serial", ("serial", "serial number", "序列号"), _LOT, key=True),
        _id("owner", "owner", "货主", needed=False),
        Column("condition", ("condition", "状态"), cells.choice(_CONDITIONS), key=True, default="good"),
        Column(
            "quantity", ("quantity", "qty", "pieces", "数量"), cells.whole(1, _MOST_PIECES), needed=True, default=None
        ),
    ),
    ("wh-1", "A-01-03", "09501101530003", "", "LOT-1", "2027-12-31", "", "red-cross", "good", "240"),
)

_ROLES: Final = {
    **{role.value: role.value for role in Role},
    "管理员": "admin", "主管": "supervisor", "仓库操作员": "operator", "站点工作人员": "clerk", "组织人员": "staff",
    "快递员": "courier", "热线": "helpline", "工程师": "engineer", "审计员": "auditor",
}  # fmt: skip
PEOPLE: Final = Kind(
    "people",
    (
        Column("name", ("name", "user", "user name", "用户名", "账号"), cells.text(100), needed=True, key=True),
        Column("shown", ("shown", "full name", "display name", "姓名"), _NAME),
        Column("role", ("role", "角色"), cells.choice(_ROLES), needed=True),
        _id("organisation", "organisation", "organization", "组织", key=False, needed=False),
        _id("site", "site", "warehouse", "仓库", "站点", key=False, needed=False),
    ),
    ("li-xiaolong", "李小龙", "operator", "", "wh-1"),
    most=2_000,
)

_people = cells.whole(0, 100_000_000)
SETTLEMENTS: Final = Kind(
    "settlements",
    (
        _id("id", "id", "settlement", "编号", "居民点编号"),
        *_NAMES,
        Column("lat", ("lat", "latitude", "纬度"), cells.decimal(-90, 90), default=None),
        Column("lon", ("lon", "lng", "longitude", "经度"), cells.decimal(-180, 180), default=None),
        Column("datum", ("datum", "coordinate system", "坐标系"), cells.choice(DATUMS), default=None),
        Column("population", ("population", "people", "inhabitants", "人口", "总人口"), _people, needed=True),
        Column("households", ("households", "families", "户数"), _people, default=None),
        Column("elderly", ("elderly", "老年人", "老人"), _people, default=None),
        Column("disabled", ("disabled", "残疾人"), _people, default=None),
        Column("pregnant", ("pregnant", "孕妇"), _people, default=None),
        Column("infant", ("infant", "infants", "婴儿", "婴幼儿"), _people, default=None),
        Column("chronic", ("chronic", "chronically ill", "慢性病人", "慢性病患者"), _people, default=None),
    ),
    (
        "longmen",
        "Longmen village",
        "龙门村",
        "30.2512",
        "102.9103",
        "WGS84",
        "1240",
        "402",
        "210",
        "35",
        "18",
        "31",
        "",
    ),
)

KINDS: Final = {kind.name: kind for kind in (ORGANISATIONS, SITES, BINS, CATALOGUE, KITS, PEOPLE, STOCK, SETTLEMENTS)}
