"""The rules in force from the start; every one of them is a row and may be superseded by the next
policy version.

Limits and ladder: the district's defaults, drawn from published rules of Chinese authorities
(docs/definitions.md).
"""

from datetime import UTC, datetime

from django.db import migrations

LIMITS = {
    "sign": {
        "consult": (4, "working_hours"),
        "general": (4, "working_hours"),
        "complex": (4, "working_hours"),
        "urgent": (1, "clock_hours"),
    },
    "contact": {
        "consult": (1, "working_days"),
        "general": (1, "working_days"),
        "complex": (1, "working_days"),
        "urgent": (2, "clock_hours"),
    },
    "promise": {
        "consult": (2, "working_days"),
        "general": (5, "working_days"),
        "complex": (15, "working_days"),
        "urgent": (24, "clock_hours"),
    },
    "unit": {
        "consult": (2, "working_days"),
        "general": (5, "working_days"),
        "complex": (15, "working_days"),
        "urgent": (24, "clock_hours"),
    },
    "co": {
        "consult": (3, "working_days"),
        "general": (3, "working_days"),
        "complex": (3, "working_days"),
        "urgent": (12, "clock_hours"),
    },
    "notice": dict.fromkeys(("consult", "general", "complex", "urgent"), (2, "working_days")),
    "rating": dict.fromkeys(("consult", "general", "complex", "urgent"), (5, "working_days")),
}
# code, urgent, offset, unit, whom it tells, colour, issues a numbered notice
RUNGS = [
    ("T-2", False, -2, "working_days", ["handler"], "blue", False),
    ("T-1", False, -1, "working_days", ["handler", "head"], "blue", False),
    ("T0", False, 0, "working_days", ["handler", "head"], "blue", False),
    ("T+1", False, 1, "working_days", ["head"], "yellow", True),
    ("T+3", False, 3, "working_days", ["head", "leader"], "orange", True),
    ("T+5", False, 5, "working_days", ["head", "leader", "principal"], "red", True),
    ("U-4h", True, -4, "clock_hours", ["handler", "head"], "blue", False),
    ("U0", True, 0, "clock_hours", ["head"], "yellow", True),
    ("U+24h", True, 24, "clock_hours", ["head", "leader"], "orange", True),
    ("U+72h", True, 72, "clock_hours", ["head", "leader", "principal"], "red", True),
]
CATEGORIES = [
    ("policy", "政策咨询", "Policy enquiry", "consult"),
    ("registration", "登记注册", "Business registration", "consult"),
    ("approval", "行政审批", "Permits and approvals", "general"),
    ("land", "用地规划", "Land and planning", "complex"),
    ("construction", "工程建设", "Construction", "complex"),
    ("power", "供电", "Electricity supply", "general"),
    ("water", "供排水", "Water supply and drainage", "general"),
    ("gas_heat", "供气供热", "Gas and heating", "general"),
    ("road", "道路交通", "Roads and transport", "complex"),
    ("environment", "环保", "Environment", "general"),
    ("safety", "安全生产", "Work safety", "general"),
    ("finance", "融资", "Finance", "complex"),
    ("labour", "用工社保", "Labour and social security", "general"),
    ("tax", "税费", "Taxes and charges", "general"),
    ("talent", "人才子女", "Talent and family services", "general"),
    ("innovation", "科技创新", "Technology and innovation", "general"),
    ("market", "市场监管", "Market regulation", "general"),
    ("payment", "账款清欠", "Overdue payments to firms", "complex"),
    ("other", "其他", "Other", "general"),
]


def create(apps, schema_editor):
    policy = apps.get_model("issues", "Policy").objects.create(
        version=1, name="企业诉求办理时限（默认）", valid_from=datetime(2019, 1, 1, tzinfo=UTC)
    )
    limit, rung = apps.get_model("issues", "Limit"), apps.get_model("issues", "LadderRung")
    limit.objects.bulk_create(
        limit(policy=policy, clock=clock, time_class=time_class, number=number, unit=unit)
        for clock, by_class in LIMITS.items()
        for time_class, (number, unit) in by_class.items()
    )
    for code, urgent, offset, unit, audience, colour, issues_notice in RUNGS:
        rung.objects.create(
            policy=policy,
            code=code,
            urgent=urgent,
            offset=offset,
            unit=unit,
            colour=colour,
            issues_notice=issues_notice,
            **{f"to_{name}": True for name in audience},
        )
    category = apps.get_model("issues", "Category")
    category.objects.bulk_create(
        category(
            code=code, name=name, name_en=name_en, time_class=time_class, order=10 * (order + 1)
        )
        for order, (code, name, name_en, time_class) in enumerate(CATEGORIES)
    )


def remove(apps, schema_editor):
    apps.get_model("issues", "Policy").objects.filter(version=1).delete()
    apps.get_model("issues", "Category").objects.filter(
        code__in=[row[0] for row in CATEGORIES]
    ).delete()


class Migration(migrations.Migration):
    dependencies = [("issues", "0001_initial")]
    operations = [migrations.RunPython(create, remove)]
