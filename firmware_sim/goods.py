"""The relief items of the invented world: what they are, how they are counted, how they are marked. Data only."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of relief item. `keeps_days` None: no expiry date. `serial`: each piece has its own number.

    `batch`: how many pieces a person usually takes in with one scan.
    """

    name: str
    name_zh: str
    unit: str
    category: str
    keeps_days: int | None
    serial: bool
    batch: int


def _kind(row: str) -> Kind:
    name, name_zh, unit, category, keeps, serial, batch = (cell.strip() for cell in row.split("|"))
    return Kind(
        name=name,
        name_zh=name_zh,
        unit=unit,
        category=category,
        keeps_days=int(keeps) if keeps else None,
        serial=serial == "serial",
        batch=int(batch),
    )


_TABLE: Final = """
Drinking water 12 x 550 ml | 饮用水 12×550毫升 | carton | water | 730 | | 40
Water purification tablets, 100 | 净水片 100片 | box | water | 1095 | | 30
Foldable water container 10 l | 折叠水桶 10升 | piece | water | | | 50
Water filter, household | 家用净水器 | piece | water | | serial | 1
Rice 10 kg | 大米 10千克 | bag | food | 540 | | 30
Instant noodles, 24 | 方便面 24份 | carton | food | 270 | | 40
Compressed biscuits, 20 | 压缩饼干 20份 | carton | food | 1095 | | 40
Canned fish, 24 | 鱼罐头 24罐 | carton | food | 1095 | | 20
Cooking oil 5 l | 食用油 5升 | bottle | food | 540 | | 20
Salt 500 g, 40 | 食盐 500克×40 | carton | food | | | 10
Infant formula 800 g | 婴儿配方奶粉 800克 | tin | food | 365 | | 12
Ready-to-eat meal, self-heating | 自热米饭 | carton | food | 365 | | 40
Family tent 12 m2 | 家庭帐篷 12平方米 | piece | shelter | | serial | 1
Group tent 36 m2 | 集体帐篷 36平方米 | piece | shelter | | serial | 1
Tarpaulin 4 x 6 m | 防水布 4×6米 | piece | shelter | | | 25
Wool blanket | 毛毯 | piece | shelter | | | 50
Cotton quilt 2 kg | 棉被 2千克 | piece | shelter | | | 40
Folding bed | 折叠床 | piece | shelter | | | 20
Sleeping mat | 防潮垫 | piece | shelter | | | 50
Winter coat | 棉大衣 | piece | clothing | | | 40
Rain poncho | 雨披 | piece | clothing | | | 60
Rubber boots | 雨靴 | pair | clothing | | | 30
First aid kit | 急救包 | piece | medical | 1095 | | 20
Surgical masks, 50 | 医用口罩 50只 | box | medical | 730 | | 60
Nitrile gloves, 100 | 丁腈手套 100只 | box | medical | 1095 | | 40
Oral rehydration salts, 100 | 口服补液盐 100袋 | box | medical | 730 | | 20
Sterile dressing set | 无菌敷料包 | box | medical | 1460 | | 30
Disinfectant 5 l | 消毒液 5升 | bottle | medical | 365 | | 20
Folding stretcher | 折叠担架 | piece | medical | | serial | 1
Blood pressure monitor | 血压计 | piece | medical | | serial | 1
Family hygiene kit | 家庭卫生包 | piece | hygiene | 1095 | | 30
Soap, 72 | 肥皂 72块 | carton | hygiene | 1095 | | 20
Sanitary towels, 48 | 卫生巾 48包 | carton | hygiene | 1095 | | 20
Baby nappies, 120 | 婴儿纸尿裤 120片 | carton | hygiene | 1095 | | 20
Petrol generator 3 kW | 汽油发电机 3千瓦 | piece | equipment | | serial | 1
Submersible pump | 潜水泵 | piece | equipment | | serial | 1
Solar lamp with charger | 太阳能充电灯 | piece | equipment | | | 40
Satellite phone | 卫星电话 | piece | equipment | | serial | 1
Torch with batteries | 手电筒（含电池） | piece | equipment | 1095 | | 50
Folding shovel | 工兵铲 | piece | tools | | | 40
Rescue rope 50 m | 救援绳 50米 | piece | tools | | serial | 1
Life jacket | 救生衣 | piece | tools | | | 30
"""
KINDS: Final[tuple[Kind, ...]] = tuple(_kind(row) for row in _TABLE.strip().splitlines())
