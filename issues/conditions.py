"""The words of the rules a step may name: who stands how to the issue, and what must hold at the
moment.

Each name is answered by issues/facts.py; each text is what a refused person reads.
"""

from django.utils.translation import gettext_lazy as _

# relation → why it was refused (403)
RELATIONS = {
    "any": _("您不能进行这一操作。"),
    "submitter": _("只有提交诉求的企业可以进行这一操作。"),
    "lead": _("只有主办部门可以进行这一操作。"),
    "lead_or_co": _("只有主办部门和协办部门可以进行这一操作。"),
    "lead_and_allowed": _("本类诉求须由主办部门负责人办结。"),
    "not_applicant": _("不得审批本人提出的申请。"),
    "decides_first_extension": _(
        "首次延期由督查协调部门审批，第二次由区领导审批，且不得审批本人的申请。"
    ),
    "decides_second_extension": _("区领导审批第二次延期，首次延期由督查协调部门审批。"),
    "not_resolver": _("不得由办结人本人销号。"),
    "not_handling": _("回访人员不得来自承办部门。"),
}

# condition → why it does not hold now (409)
CONDITIONS = {
    "no_return_pending": _("退回申请正在裁定，请等待裁定结果。"),
    "return_pending": _("没有待裁定的退回申请。"),
    "return_window_open": _("已超过交办后1个工作日，不能再退回。"),
    "not_returned_before": _("本部门已退回过一次，裁定后不得再提异议。"),
    "no_extension_pending": _("已有延期申请待审批。"),
    "extension_pending": _("没有待审批的延期申请。"),
    "extension_left": _("延期最多两次，已用完。"),
    "extension_in_time": _("延期须在到期前至少1个工作日提出，现已来不及。"),
    "no_tracking_pending": _("已有跟踪办理申请待审批。"),
    "tracking_pending": _("没有待审批的跟踪办理申请。"),
    "co_answered": _("协办部门尚未答复，暂不能办结。"),
    "not_tried_today": _("今天已回访过一次，请改日再访。"),
    "urge_left_today": _("今天已催办过，请下一个工作日再催办。"),
    "reopen_window_open": _("销号已超过可申请重新办理的期限，请重新提交诉求。"),
    "has_lead": _("尚未交办，没有可督办的部门。"),
    "instruction_open": _("没有待答复的批示。"),
    "notice_open": _("没有待答复的督办单。"),
}
