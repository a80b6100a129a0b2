"""Invented names, Chinese and English: a county that does not exist, its towns, roads and relief organisations."""

from typing import Final

Name = tuple[str, str]
"""English, Chinese."""

COUNTY: Final[Name] = ("Qingtan County", "青潭县")

TOWNS: Final[tuple[Name, ...]] = (
    ("Hewan", "河湾"),
    ("Shiqiao", "石桥"),
    ("Liuping", "柳坪"),
    ("Songling", "松岭"),
    ("Meixi", "梅溪"),
    ("Baita", "白塔"),
    ("Zhuyuan", "竹园"),
    ("Dongdu", "东渡"),
    ("Jinba", "金坝"),
    ("Yuntai", "云台"),
    ("Wangjiang", "望江"),
    ("Taoping", "桃坪"),
    ("Luotan", "螺滩"),
    ("Huaishu", "槐树"),
    ("Niujiao", "牛角"),
    ("Chaye", "茶野"),
    ("Beishan", "北山"),
    ("Nangou", "南沟"),
    ("Xima", "西马"),
    ("Hongyan", "红岩"),
    ("Lianhua", "莲花"),
    ("Sanhe", "三合"),
    ("Gucheng", "古城"),
    ("Pingshui", "平水"),
)

EAST_WEST: Final[tuple[Name, ...]] = (
    ("North Ridge Road", "北岭路"),
    ("Tea Hill Road", "茶山路"),
    ("Qingtan Avenue", "青潭大道"),
    ("Willow Dyke Road", "柳堤路"),
    ("South Bank Road", "南岸路"),
)
NORTH_SOUTH: Final[tuple[Name, ...]] = (
    ("Old Salt Road", "古盐道"),
    ("White Pagoda Road", "白塔路"),
    ("Bridge Road", "石桥路"),
    ("Peach Valley Road", "桃谷路"),
    ("East Ferry Road", "东渡路"),
    ("Red Cliff Road", "红岩路"),
)

ORGANISATIONS: Final[tuple[tuple[str, str, str], ...]] = (
    ("qingtan-emergency", "Qingtan County Emergency Office", "青潭县应急办公室"),
    ("stone-bridge-relief", "Stone Bridge Relief", "石桥救援"),
    ("warm-river", "Warm River Foundation", "暖河基金会"),
    ("blue-lantern", "Blue Lantern Rescue", "蓝灯救援队"),
    ("hundred-hands", "Hundred Hands", "百手公益"),
    ("tea-road-volunteers", "Tea Road Volunteers", "茶路志愿者"),
    ("clear-spring", "Clear Spring Water Aid", "清泉水援"),
    ("first-light-medical", "First Light Medical Corps", "晨光医疗队"),
    ("mountain-school", "Mountain School Fund", "山里学堂基金"),
    ("rice-and-salt", "Rice and Salt Society", "米盐社"),
    ("roof-overhead", "Roof Overhead", "有屋顶计划"),
    ("east-ferry-charity", "East Ferry Charity Federation", "东渡慈善联合会"),
    ("cloud-terrace", "Cloud Terrace Development Trust", "云台发展基金会"),
    ("small-hands", "Small Hands Child Care", "小手儿童关爱"),
    ("long-lane", "Long Lane Logistics Volunteers", "长巷物流志愿队"),
    ("pine-ridge-farmers", "Pine Ridge Farmers' Union", "松岭农友会"),
    ("open-bridge", "Open Bridge International", "通桥国际"),
)
