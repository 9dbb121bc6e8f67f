"""Closed lists of codes with their labels. Which stage follows which is in projects/stages.py."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

# For what nobody knows yet a field stays empty: no list has a word for it.
LEVEL = [("province", _("省重点")), ("city", _("市重点")), ("district", _("区重点"))]
NATURE = [
    ("government", _("政府投资")),
    ("approval", _("企业核准")),
    ("filing", _("企业备案")),
]
CATEGORY = [
    ("industry", _("产业")),
    ("infrastructure", _("基础设施")),
    ("park", _("园区")),
    ("renewal", _("城市更新")),
    ("welfare", _("民生")),
]
ORIGIN = [
    ("beijing", _("北京")),
    ("tianjin", _("天津")),
    ("hebei", _("河北")),
    ("other", _("其他省份")),
    ("abroad", _("境外")),
]
YEAR_CATEGORY = [
    ("continuing", _("续建")),
    ("starting", _("计划新开工")),
    ("finishing", _("保投产")),
    ("reserve", pgettext_lazy("年度类别", "前期")),
]
PAUSE_REASON = [
    ("funds", _("资金未到位")),
    ("market", _("市场变化")),
    ("land", _("用地、规划调整")),
    ("approval", _("手续未完成")),
    ("environment", _("环保、能耗管控")),
    ("force_majeure", _("不可抗力")),
    ("other", _("其他")),
]
# Order is the usual order of a project's life (practice-projects.md 2.3).
MILESTONE = [
    ("signing", _("签约")),
    ("registration", _("公司注册")),
    ("filing", _("立项")),
    ("land", _("供地")),
    ("permit", _("施工许可")),
    ("start", _("开工")),
    ("topping", _("主体封顶")),
    ("equipment", _("设备进场")),
    ("finish", _("竣工")),
    ("operation", _("投产")),
    ("statistics", _("入规")),
    ("capacity", _("达产")),
]
# What contract.md calls planned_start, planned_finish and operation.
KEY_DATES = ("start", "finish", "operation")
CHANGE_REASON = [
    ("land", _("征地、供地滞后")),
    ("approval", _("手续办理滞后")),
    ("funds", _("资金未到位")),
    ("design", _("设计变更")),
    ("supply", _("设备、材料供应")),
    ("weather", _("天气、停工令")),
    ("force_majeure", _("不可抗力")),
    ("owner", _("业主调整计划")),
]
DECISION = [("approve", _("批准")), ("deny", _("不批准"))]
APPROVAL_STAGE = [
    (1, _("立项用地规划许可")),
    (2, _("工程建设许可")),
    (3, _("施工许可")),
    (4, _("竣工验收")),
    (5, _("并行事项")),
]
STOP_REASON = [
    ("publicity", _("公示")),
    ("review", _("专家评审")),
    ("correction", _("补正材料")),
    ("hearing", _("听证")),
    ("survey", _("勘验检测")),
    ("other", _("其他")),
]
DOCUMENT = [
    ("feasibility", _("可行性研究报告")),
    ("decision", _("立项文件")),
    ("land_paper", _("用地文件")),
    ("permit", _("许可证件")),
    ("contract", _("施工合同")),
    ("photo", _("现场照片")),
    ("acceptance", _("竣工验收文件")),
    ("operation", _("投产证明")),
    ("statistics", _("入库、入规材料")),
    ("capacity", _("达产证明")),
    ("other", _("其他材料")),
]
ROAD_KIND = [("bottleneck", _("瓶颈路")), ("dead_end", _("断头路"))]
ROAD_CLASS = [
    ("expressway", _("城市快速路")),
    ("arterial", _("城市主干路")),
    ("secondary", _("城市次干路")),
    ("branch", _("城市支路")),
    ("county", _("县道")),
    ("township", _("乡道")),
]
PLOT_STATUS = [
    ("planned", _("规划")),
    ("requisitioned", _("已征")),
    ("available", _("可供")),
    ("supplied", _("已供未建")),
    ("building", _("在建")),
    ("built", _("建成")),
    ("idle", _("闲置")),
]
LOCATION_TYPE = [
    ("district", _("全区")),
    ("area", _("区域")),
    ("exact", _("具体位置")),
    ("unknown", _("未知")),
]
REPORT_STATUS = [
    ("draft", _("草稿")),
    ("submitted", _("待核实")),
    ("returned", pgettext_lazy("月报", "已退回")),
    ("verified", _("已核实")),
    ("locked", _("已锁定")),
]
SCHEME = [("points", _("百分点法")), ("ratio", _("比值法"))]
ROLE = [("official", _("正式")), ("comparison", _("对照"))]
DIMENSION = [
    ("start", _("开工")),
    ("finish", _("竣工")),
    ("operation", _("投产")),
    ("investment", _("投资进度")),
    ("report", _("月报")),
    ("entry", _("入库")),
    ("approval", _("审批")),
    ("issue", _("问题")),
]
METRIC = [
    ("points", _("落后百分点")),
    ("ratio", _("与序时之比")),
    ("months", _("月")),
    ("workdays", _("工作日")),
    ("count", _("个数")),
]
OPERATOR = [("lt", "<"), ("le", "≤"), ("gt", ">"), ("ge", "≥")]
COLOUR = [
    ("green", _("绿灯")),
    ("yellow", _("黄灯")),
    ("red", _("红灯")),
    ("white", _("白灯")),
    ("grey", _("灰灯")),
]
RULE_COLOUR = [("yellow", _("黄灯")), ("red", _("红灯"))]
GATE_KIND = [
    ("field", _("填报项")),
    ("actual", _("节点实际日期")),
    ("planned", _("节点计划日期")),
    ("approval", _("审批事项办结")),
    ("document", _("材料")),
    ("plan", _("年度计划")),
    ("sponsor", _("包联安排")),
    ("report", _("已核实的月报")),
]
# Fields a gate may ask for; each stands in the project's form.
GATE_FIELD = [
    ("total_investment", _("总投资")),
    ("owner_name", _("建设单位")),
    ("content", _("建设内容和规模")),
    ("code", _("项目代码")),
    ("lead_department", _("牵头部门")),
    ("industry", _("所属产业")),
    ("stat_entered_on", _("入库日期")),
]
ODDITY = [
    ("unstarted", _("未开先投")),
    ("stalled", _("疑似停工")),
    ("falling", _("形象进度回落")),
    ("over_plan", _("超年度计划")),
    ("over_total", _("超总投资")),
    ("gap", _("与统计数差距大")),
    ("negative", _("本月为负")),
]
