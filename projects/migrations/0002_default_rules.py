"""The rules a district begins with; all of them are rows that the administrator edits.

Sources: practice of Yinchuan (points) and Wuhan (ratio) for lights, statistics entry within a month
of the start, the four national approval stages, statutory ranges as commonly published.
"""

from datetime import date

from django.db import migrations

BEGIN = date(2020, 1, 1)
ALIKE = [
    ("start", "months", "ge", 0, "yellow"),
    ("start", "months", "ge", 3, "red"),
    ("finish", "months", "ge", 1, "yellow"),
    ("finish", "months", "ge", 3, "red"),
    ("operation", "months", "ge", 1, "yellow"),
    ("operation", "months", "ge", 3, "red"),
    ("report", "months", "ge", 1, "yellow"),
    ("report", "months", "ge", 2, "red"),
    ("entry", "months", "ge", 1, "yellow"),
    ("entry", "months", "gt", 2, "red"),
    ("approval", "workdays", "ge", 1, "yellow"),
    ("approval", "workdays", "ge", 15, "red"),
    ("issue", "count", "ge", 1, "yellow"),
    ("issue", "count", "ge", 3, "red"),
]
POINTS = [
    ("investment", "points", "ge", 10, "yellow"),
    ("investment", "points", "gt", 30, "red"),
]
RATIO = [
    ("investment", "ratio", "lt", "0.8", "yellow"),
    ("investment", "ratio", "lt", "0.6", "red"),
]
RULE_SETS = [
    (1, "序时进度百分点法", "points", "official", POINTS),
    (2, "序时进度比值法", "ratio", "comparison", RATIO),
]
# stage, kind, key, nature
GATES = [
    ("negotiating", "field", "owner_name", ""),
    ("negotiating", "field", "lead_department", ""),
    ("signed", "actual", "signing", ""),
    ("signed", "field", "total_investment", ""),
    ("preparing", "field", "content", ""),
    ("preparing", "field", "total_investment", "government"),
    ("preparing", "field", "lead_department", ""),
    ("preparing", "planned", "start", ""),
    ("started", "field", "code", ""),
    ("started", "approval", "filing", ""),
    ("started", "approval", "construction", ""),
    ("started", "document", "contract", ""),
    ("started", "actual", "start", ""),
    ("started", "sponsor", "", ""),
    ("started", "plan", "", ""),
    ("building", "report", "", ""),
    ("building", "planned", "finish", ""),
    ("finished", "actual", "finish", ""),
    ("finished", "approval", "acceptance", ""),
    ("operating", "actual", "operation", ""),
    ("operating", "field", "stat_entered_on", ""),
    ("capacity", "actual", "capacity", ""),
]
# code, name, English, stage, authority's code, statutory, committed, months of validity
ITEMS = [
    ("filing", "立项（审批、核准、备案）", "Project approval or filing", 1, "sp", 20, 5, None),
    ("site", "用地预审与选址意见书", "Site selection and land pre-examination", 1, "zr", 20, 7, 36),
    ("land_planning", "建设用地规划许可证", "Land use planning permit", 1, "zr", 20, 5, None),
    ("land_right", "土地供应和不动产权证", "Land supply and title", 1, "zr", 30, 10, None),
    ("design", "设计方案审查", "Design review", 2, "zr", 20, 7, None),
    ("planning", "建设工程规划许可证", "Planning permit", 2, "zr", 20, 5, 12),
    ("drawings", "施工图审查", "Working drawing review", 3, "zj", 15, 10, None),
    ("fire", "消防设计审查", "Fire safety design review", 3, "zj", 15, 7, None),
    ("construction", "建筑工程施工许可证", "Construction permit", 3, "sp", 7, 3, 3),
    ("acceptance", "联合验收", "Joint acceptance", 4, "zj", 15, 7, None),
    ("completion_filing", "竣工验收备案", "Completion filing", 4, "zj", 15, 3, None),
    ("environment", "环境影响评价", "Environmental impact assessment", 5, "hb", 60, 15, 60),
    ("energy", "节能审查", "Energy review", 5, "sp", 20, 7, 24),
    ("water_soil", "水土保持方案", "Soil and water conservation plan", 5, "sw", 20, 7, 36),
    ("flood", "洪水影响评价", "Flood impact assessment", 5, "sw", 20, 10, None),
    ("civil_defence", "人防工程审查", "Civil defence review", 5, "zj", 20, 7, None),
]
MATURITY = [
    ("site", "选址明确", "Site chosen", 20),
    ("planning", "符合规划", "Conforms to planning", 15),
    ("investor", "投资主体落实", "Investor secured", 20),
    ("study", "可研或方案完成", "Study or scheme completed", 20),
    ("funds", "资金来源落实", "Funding secured", 15),
    ("procedures", "前期手续启动", "Procedures begun", 10),
]


def fill(apps, schema_editor):
    def model(name):
        return apps.get_model("projects", name)

    model("ReportingRule").objects.create(valid_from=BEGIN)
    for version, name, scheme, role, own in RULE_SETS:
        rule_set = model("LightRuleSet").objects.create(
            version=version, name=name, scheme=scheme, role=role, valid_from=BEGIN
        )
        model("LightRule").objects.bulk_create(
            model("LightRule")(
                rule_set=rule_set,
                dimension=dimension,
                metric=metric,
                operator=operator,
                threshold=threshold,
                colour=colour,
            )
            for dimension, metric, operator, threshold, colour in [*ALIKE, *own]
        )
    model("StageGate").objects.bulk_create(
        model("StageGate")(stage=stage, kind=kind, key=key, nature=nature, valid_from=BEGIN)
        for stage, kind, key, nature in GATES
    )
    departments = {row.code: row for row in apps.get_model("directory", "Department").objects.all()}
    model("ApprovalItem").objects.bulk_create(
        model("ApprovalItem")(
            code=code,
            name=name,
            name_en=name_en,
            stage=stage,
            authority=departments.get(authority),
            statutory_days=statutory,
            committed_days=committed,
            valid_months=months,
            order=order * 10,
        )
        for order, (
            code,
            name,
            name_en,
            stage,
            authority,
            statutory,
            committed,
            months,
        ) in enumerate(ITEMS, 1)
    )
    model("MaturityItem").objects.bulk_create(
        model("MaturityItem")(
            code=code, name=name, name_en=name_en, weight=weight, order=order * 10
        )
        for order, (code, name, name_en, weight) in enumerate(MATURITY, 1)
    )


def empty(apps, schema_editor):
    for name in ("LightSnapshot", "LightRuleSet", "StageGate", "ReportingRule"):
        apps.get_model("projects", name).objects.all().delete()
    for name in ("MaturityMark", "MaturityItem", "ApprovalStep", "ApprovalItem"):
        apps.get_model("projects", name).objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("projects", "0001_initial")]
    operations = [migrations.RunPython(fill, empty)]
