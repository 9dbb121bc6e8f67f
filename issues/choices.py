"""Closed lists of codes with their labels; rows (departments, categories, open notices) are added
by forms.
"""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

KIND = [("need", _("需求")), ("problem", _("问题"))]
PRIORITY = [("normal", _("一般")), ("urgent", _("紧急")), ("critical", _("特急"))]
DECISION = [("approve", _("批准")), ("deny", _("不批准"))]
RULING = [("uphold", _("支持退回")), ("deny", _("不支持退回"))]
CONTACT_METHOD = [("phone", _("电话")), ("visit", _("上门")), ("message", _("信息"))]
VISIBILITY = [("public", _("公开（企业可见）")), ("internal", _("内部"))]
OUTCOME = [
    ("solved", _("已解决")),
    ("explained", _("已解释说明")),
    ("unsolvable", _("确实无法解决")),
]
RATING = [
    ("satisfied", _("满意")),
    ("basically_satisfied", _("基本满意")),
    ("dissatisfied", _("不满意")),
]
VISIT_RESULT = [("answered", _("已接通")), ("no_answer", _("未接通"))]
COLOUR = [("blue", _("蓝色")), ("yellow", _("黄色")), ("orange", _("橙色")), ("red", _("红色"))]
NOTICE_STATES = [
    ("waiting", _("待答复")),
    ("overdue", _("逾期未答复")),
    ("answered", _("按期答复")),
    ("answered_late", _("逾期答复")),
    ("withdrawn", _("已撤销")),
]
SOLVED = [("yes", _("已解决")), ("no", _("未解决"))]
DECLINE_REASON = [
    ("out_of_scope", _("不属于本区职责范围")),
    ("litigation", _("已进入诉讼、仲裁程序")),
    ("petition", _("属于信访事项")),
    ("discipline", _("属于纪检监察事项")),
    ("review", _("属于行政复议事项")),
    ("secret", _("涉及国家秘密")),
    ("repeated", _("同一事项已有结论，无新情况")),
    ("unclear", _("内容不清且无法联系补充")),
]
EXTENSION_REASON = [
    ("coordination", _("需多部门协调")),
    ("investigation", _("需现场勘查或检测")),
    ("procedure", _("法定程序未完成")),
    ("materials", _("等待企业补充材料")),
    ("force_majeure", _("不可抗力")),
]
TIME_CLASS = [
    ("consult", _("咨询类")),
    ("general", _("一般类")),
    ("complex", _("复杂类")),
    ("urgent", _("紧急类")),
]
CLOCK = [
    ("sign", _("签收")),
    ("contact", _("首次联系")),
    ("promise", _("对企业承诺")),
    ("unit", _("部门办理")),
    ("co", _("协办答复")),
    ("notice", _("答复督办单")),
    ("rating", _("企业评价")),
]
UNIT = [
    ("clock_hours", _("小时")),
    ("working_hours", _("工作小时")),
    ("working_days", _("工作日")),
]
CHOICES = {
    "kind": KIND,
    "priority": PRIORITY,
    "decision": DECISION,
    "ruling": RULING,
    "contact_method": CONTACT_METHOD,
    "visibility": VISIBILITY,
    "outcome": OUTCOME,
    "rating": RATING,
    "visit_result": VISIT_RESULT,
    "colour": COLOUR,
    "solved": SOLVED,
    "decline_reason": DECLINE_REASON,
    "extension_reason": EXTENSION_REASON,
}
ROW_CHOICES = ("department", "category", "instruction", "notice")
FIELD_LABELS = {
    "kind": _("类型"),
    "title": _("标题"),
    "description": _("具体情况"),
    "enterprise": _("企业名称"),
    "contact_name": _("联系人"),
    "contact_phone": _("联系电话"),
    "contact_email": _("电子邮箱"),
    "category": _("事项类别"),
    "project": _("关联项目编号"),
    "client_reference": _("外部编号"),
    "attachments": _("附件"),
    "reason_code": _("理由类别"),
    "remedy": _("救济途径"),
    "into": _("并入的诉求编号"),
    "reason": _("理由"),
    "lead_department": _("主办部门"),
    "co_departments": _("协办部门"),
    "priority": _("紧急程度"),
    "decision": _("决定"),
    "method": _("联系方式"),
    "contacted_at": _("联系时间"),
    "note": _("备注"),
    "text": _("内容"),
    "visibility": _("公开范围"),
    "new_due_on": _("申请延至"),
    "next_report_on": _("下次报告日期"),
    "outcome": _("办理结果"),
    "public_reply": _("答复企业"),
    "rating": _("满意度"),
    "result": _("回访结果"),
    "due_on": _("答复期限"),
    "instruction": pgettext_lazy("字段", "批示"),
    "notice": _("督办单"),
    "colour": _("等级"),
    "solved": _("问题是否解决"),
    "status": _("状态"),
    "received_at": _("收到时间"),
    "due_at": _("原定时限"),
    "closed_at": _("办结时间"),
    "department": _("主办部门"),
    "source_verdict": _("原系统结论"),
}
