"""Issues made by walking the real steps, never by writing a status into a row."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.contrib.auth.models import AnonymousUser

from directory.models import Department
from issues import services
from issues.actors import Actor
from issues.models import Category, Issue

SHANGHAI = ZoneInfo("Asia/Shanghai")
# A Thursday in a year whose holidays are announced, far from any of them.
NOW = datetime(2026, 3, 12, 10, 0, tzinfo=SHANGHAI)

WAY = {
    "submitted": (),
    "assigned": ("assign",),
    "in_progress": ("assign", "sign"),
    "tracking": ("assign", "sign", "request_tracking", "decide_tracking"),
    "resolved": ("assign", "sign", "contact", "resolve"),
    "confirmed": ("assign", "sign", "contact", "resolve", "rate"),
    "closed": ("assign", "sign", "contact", "resolve", "rate", "close"),
    "declined": ("decline",),
    "merged": ("merge",),
    "withdrawn": ("withdraw",),
}
# action → (who usually takes it, with what)
USUAL = {
    "decline": ("coordinator", {"reason_code": "litigation", "remedy": "请依法通过诉讼程序解决。"}),
    "merge": ("coordinator", {}),
    "withdraw": ("enterprise", {"reason": "已自行解决。"}),
    "assign": ("coordinator", {"priority": "normal"}),
    "reassign": ("coordinator", {"reason": "职责调整。"}),
    "sign": ("handler", {}),
    "return": ("handler", {"reason": "不属于本部门职责，依据三定规定。"}),
    "rule_return": ("coordinator", {"decision": "deny", "reason": "属于本部门职责。"}),
    "contact": ("handler", {"method": "phone"}),
    "update": ("handler", {"text": "已到现场查看。", "visibility": "public"}),
    "request_extension": (
        "handler",
        {"new_due_on": date(2026, 3, 26), "reason_code": "coordination", "reason": "需会商。"},
    ),
    "decide_extension": ("coordinator", {"decision": "approve"}),
    "request_tracking": ("head", {"reason": "需等管网建成。", "next_report_on": date(2026, 3, 31)}),
    "decide_tracking": ("coordinator", {"decision": "approve"}),
    "report_tracking": ("handler", {"text": "管网已开工。", "next_report_on": date(2026, 4, 15)}),
    "resume": ("head", {}),
    "resolve": ("handler", {"outcome": "solved", "public_reply": "线路已恢复供电。"}),
    "rate": ("enterprise", {"rating": "satisfied"}),
    "visit": ("coordinator", {"result": "answered", "rating": "satisfied"}),
    "close": ("coordinator", {}),
    "reopen": ("enterprise", {"reason": "问题又出现了。"}),
    "urge": ("enterprise", {}),
    "instruct": ("leader", {"text": "请限期解决。", "due_on": date(2026, 3, 20)}),
    "answer_instruction": ("head", {"text": "已落实。"}),
    "issue_notice": ("coordinator", {"colour": "yellow", "text": "请说明逾期原因。"}),
    "answer_notice": ("head", {"text": "情况说明如下。"}),
    "withdraw_notice": ("coordinator", {"reason": "已另行办理。"}),
}
# action → the steps that must have been taken before it makes sense
BEFORE = {
    "rule_return": ("return",),
    "decide_extension": ("request_extension",),
    "decide_tracking": ("request_tracking",),
    "answer_instruction": ("instruct",),
    "answer_notice": ("issue_notice",),
    "withdraw_notice": ("issue_notice",),
}


class Loop:
    """Performs steps as the persona who usually takes them; its clock moves ten minutes a step."""

    def __init__(self, **people):
        self.people = people
        self.now = NOW

    def actor(self, name, issue=None):
        if name == "anonymous":
            return Actor.of(AnonymousUser(), proven=[issue.pk] if issue else ())
        if name == "system":
            return Actor.system()
        user = self.people[name] if isinstance(name, str) else name
        return Actor.of(user)

    def submit(self, by="enterprise", **changes):
        data = {
            "kind": "problem",
            "title": "厂区夜间停电",
            "description": "三号厂房每晚停电两小时，影响生产。",
            "enterprise": "示例蓝天玻璃有限公司",
            "contact_name": "示例联系人",
            "contact_phone": "13800001234",
        } | changes
        self.tick()
        return services.submit(actor=self.actor(by), now=self.now, **data)[0]

    def do(self, issue, action, by=None, **changes):
        """Takes the step and returns the changed issue; `changes` replace the usual values."""
        usual, data = USUAL[action]
        self.tick()
        return services.perform(
            issue=issue,
            action=action,
            actor=self.actor(by or usual, issue),
            now=self.now,
            **self.data_of(issue, action, data | changes),
        )

    def data_of(self, issue, action, data=None):
        """The values of a step, with the rows it points at."""
        data = dict(USUAL[action][1] if data is None else data)
        if action == "assign":
            data.setdefault("lead_department", Department.objects.get(code="zj"))
            data.setdefault("category", Category.objects.get(code="power"))
        if action == "reassign":
            data.setdefault("lead_department", Department.objects.get(code="zr"))
        if action == "merge":
            data.setdefault("into", self.submit(title="同一事项在先的诉求").number)
        if action in ("answer_instruction", "answer_notice", "withdraw_notice"):
            name = action.partition("_")[2]
            data.setdefault(name, getattr(issue, f"{name}s").filter(answered_at=None).last())
        return data

    def issue_in(self, status, **changes):
        """An issue that came to `status` by the shortest way."""
        issue = self.submit(**changes)
        for action in WAY[status]:
            issue = self.do(issue, action)
        return Issue.objects.get(pk=issue.pk)

    def prepare(self, issue, action):
        """Whatever must precede the step in this status, taken as far as the loop allows it."""
        for before in BEFORE.get(action, ()):
            issue = self.do(issue, before)
        if action == "visit":
            issue.visits.all().delete()
        return issue

    def tick(self, minutes=10):
        self.now += timedelta(minutes=minutes)
