"""Departments, industries, parks and enterprises of the sample.

The three enterprises without 示例 in their names, the parks and the industries are the district's
published facts, and nothing beyond those facts is said of them. All others are invented.
"""

from django.db.models import Q

from directory import uscc
from directory.models import Department, Enterprise, Industry, Park
from issues.models import Category

BUREAU, STATION, OFFICE, UTILITY = "bureau", "station", "office", "utility"
# code, name, short name, English name, kind, whether it handles issues
DEPARTMENTS = [
    ("dc", "督查室", "督查室", "Supervision Office", OFFICE, False),
    ("dzb", "党政综合办公室", "党政办", "General Office", OFFICE, False),
    ("fg", "发展改革局", "发改局", "Development and Reform Bureau", BUREAU, True),
    ("gx", "工业和信息化局", "工信局", "Industry and Information Technology Bureau", BUREAU, True),
    ("sp", "行政审批局", "审批局", "Administrative Approval Bureau", BUREAU, True),
    ("tz", "商务和投资促进局", "商务局", "Commerce and Investment Promotion Bureau", BUREAU, True),
    (
        "zj",
        "住房和城乡建设局",
        "住建局",
        "Housing and Urban-Rural Development Bureau",
        BUREAU,
        True,
    ),
    (
        "zr",
        "自然资源和规划分局",
        "自然资源",
        "Natural Resources and Planning Branch",
        STATION,
        True,
    ),
    ("jt", "交通运输局", "交通局", "Transport Bureau", BUREAU, True),
    ("hb", "生态环境分局", "生态环境", "Ecology and Environment Branch", STATION, True),
    ("yj", "应急管理局", "应急局", "Emergency Management Bureau", BUREAU, True),
    ("sc", "市场监督管理局", "市监局", "Market Regulation Bureau", BUREAU, True),
    ("cz", "财政局", "财政局", "Finance Bureau", BUREAU, True),
    (
        "rs",
        "人力资源和社会保障局",
        "人社局",
        "Human Resources and Social Security Bureau",
        BUREAU,
        True,
    ),
    ("ny", "农业农村局", "农业农村局", "Agriculture and Rural Affairs Bureau", BUREAU, True),
    ("sw", "水务局", "水务局", "Water Affairs Bureau", BUREAU, True),
    ("jy", "教育文体局", "教文体局", "Education, Culture and Sports Bureau", BUREAU, True),
    ("cg", "城市管理综合行政执法局", "城管局", "Urban Management Bureau", BUREAU, True),
    ("yq", "园区服务中心", "园区中心", "Park Service Centre", OFFICE, True),
    ("sws", "税务局", "税务局", "Tax Bureau", STATION, True),
    ("ga", "公安分局", "公安分局", "Public Security Branch", STATION, True),
    ("xf", "消防救援大队", "消防大队", "Fire and Rescue Brigade", STATION, True),
    ("gd", "供电公司", "供电公司", "Power Supply Company", UTILITY, True),
    ("gs", "供水公司", "供水公司", "Water Supply Company", UTILITY, True),
    ("rq", "燃气热力公司", "燃气热力", "Gas and Heating Company", UTILITY, True),
]
# category → the department that usually handles it
USUAL = {
    "policy": "fg",
    "registration": "sp",
    "approval": "sp",
    "land": "zr",
    "construction": "zj",
    "power": "gd",
    "water": "sw",
    "gas_heat": "rq",
    "road": "jt",
    "environment": "hb",
    "safety": "yj",
    "finance": "cz",
    "labour": "rs",
    "tax": "sws",
    "talent": "jy",
    "innovation": "gx",
    "market": "sc",
    "payment": "gx",
}
INDUSTRIES = [
    ("materials", "新型建材家居", "New building materials and home furnishing"),
    ("equipment", "高端装备制造", "High-end equipment manufacturing"),
    ("food", "食品医药", "Food and pharmaceuticals"),
    ("services", "现代服务业", "Modern services"),
    ("farming", "现代农业", "Modern agriculture"),
]
PARKS = [
    ("linjin", "临津产业园", "Linjin Industrial Park"),
    ("hanfeng", "汉丰产业园", "Hanfeng Industrial Park"),
]
PARK_TEXT = "位于津冀（芦·汉）协同发展示范区。"
# code (used in the stories only), name, industry, park, what is published
REAL = [
    ("zhongbin", "天津中滨天科特性建材", "materials", None, ""),
    ("meitelong", "唐山美特隆展览设施", "services", None, "周边集聚展览展示企业20余家。"),
    ("lanxin", "唐山市蓝欣玻璃", "materials", None, "12毫米镀膜浮法玻璃，产品销往80多个国家。"),
]
INVENTED = [
    ("hailan", "示例海岚食品有限公司", "food", "hanfeng"),
    ("jinhe", "示例津禾农业科技有限公司", "farming", "hanfeng"),
    ("ruitai", "示例瑞泰装备制造有限公司", "equipment", "linjin"),
    ("hengxin", "示例恒信家居有限公司", "materials", "linjin"),
    ("kaida", "示例凯达冷链物流有限公司", "services", "hanfeng"),
    ("huayi", "示例华屹新材料有限公司", "materials", "linjin"),
    ("bokang", "示例博康医药有限公司", "food", "hanfeng"),
    ("tengfei", "示例腾飞机械有限公司", "equipment", "linjin"),
    ("yunzhan", "示例云展展示器材有限公司", "services", "hanfeng"),
    ("lvyuan", "示例绿源种业有限公司", "farming", None),
    ("jingu", "示例金固门窗有限公司", "materials", "linjin"),
    ("haorun", "示例浩润饮品有限公司", "food", "hanfeng"),
    ("zhichuang", "示例智创自动化设备有限公司", "equipment", "linjin"),
    ("fengyuan", "示例丰源粮油有限公司", "food", None),
    ("anshun", "示例安顺运输有限公司", "services", "hanfeng"),
    ("mingya", "示例明雅陶瓷有限公司", "materials", "linjin"),
    ("dexin", "示例德鑫铸件有限公司", "equipment", "linjin"),
    ("xiangtian", "示例祥田果蔬合作社", "farming", None),
]


def sample_uscc(number):
    """A 统一社会信用代码 with the right check character that no registry ever gave out."""
    first17 = f"Y1130272EX{number:07d}"
    return first17 + uscc.check_character(first17)


def kept_or_made(model, code, name, **values):
    """The row of this code or name as it is, else a new one: what officials entered is kept."""
    found = model.objects.filter(Q(code=code) | Q(name=name)).first()
    return found or model.objects.create(code=code, name=name, **values)


def load_departments():
    """{code: Department}; also names the usual department of every category that has none."""
    departments = {}
    for order, (code, name, short, name_en, kind, is_active) in enumerate(DEPARTMENTS, 1):
        departments[code] = kept_or_made(
            Department,
            code,
            name,
            short_name=short,
            name_en=name_en,
            kind=kind,
            is_active=is_active,
            order=order * 10,
        )
    for category, code in USUAL.items():
        Category.objects.filter(code=category, department=None).update(department=departments[code])
    return departments


def load_enterprises():
    """{code of the stories: Enterprise}, with their industries and parks."""
    industries = {
        code: kept_or_made(Industry, code, name, name_en=name_en, order=order * 10)
        for order, (code, name, name_en) in enumerate(INDUSTRIES, 1)
    }
    parks = {
        code: kept_or_made(Park, code, name, name_en=name_en, description=PARK_TEXT)
        for code, name, name_en in PARKS
    }
    found = {}
    for code, name, industry, park, text in REAL:
        found[code] = _enterprise(name, industries[industry], parks.get(park), description=text)
    for number, (code, name, industry, park) in enumerate(INVENTED, 1):
        found[code] = _enterprise(
            name,
            industries[industry],
            parks.get(park),
            uscc=sample_uscc(number),
            address=f"汉沽管理区示例路{number}号",
            is_sample=True,
        )
    return found


def _enterprise(name, industry, park, **values):
    kept = Enterprise.objects.named(name).first()
    return kept or Enterprise.objects.create(name=name, industry=industry, park=park, **values)
