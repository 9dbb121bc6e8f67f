"""What messages exist and what they say. One row a step: subject and sentence, rendered in the
reader's language.

Placeholders are a fixed list (number, title, stage, due, colour, link words); a message never
shows free text that
only some readers may see.
"""

from django.core import signing
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from directory.models import Department
from issues import choices
from issues.models import Category, Issue, PatternReview
from issues.workflow import STEPS
from notifications import kinds

RATE_SALT = "issues.rate"

# action → (subject, sentence)
TEXTS = {
    "submit": (
        gettext_lazy("新诉求待交办：%(title)s"),
        gettext_lazy("企业提交了诉求%(number)s“%(title)s”，请尽快交办。"),
    ),
    "decline": (
        gettext_lazy("诉求不予受理：%(title)s"),
        gettext_lazy("诉求%(number)s“%(title)s”不予受理，理由和救济途径请点击查看。"),
    ),
    "merge": (
        gettext_lazy("诉求已并案：%(title)s"),
        gettext_lazy("诉求%(number)s“%(title)s”已并入其他诉求一并办理，进度请点击查看。"),
    ),
    "withdraw": (
        gettext_lazy("诉求已撤回：%(title)s"),
        gettext_lazy("企业撤回了诉求%(number)s“%(title)s”，不再办理。"),
    ),
    "assign": (
        gettext_lazy("诉求已交办：%(title)s"),
        gettext_lazy("诉求%(number)s“%(title)s”已交办，办理时限%(due)s。"),
    ),
    "reassign": (
        gettext_lazy("诉求已改派：%(title)s"),
        gettext_lazy("诉求%(number)s“%(title)s”已改派，办理时限%(due)s。"),
    ),
    "sign": (
        gettext_lazy("诉求已签收：%(title)s"),
        gettext_lazy("承办部门已签收诉求%(number)s“%(title)s”，将与您联系。"),
    ),
    "return": (
        gettext_lazy("退回待裁定：%(title)s"),
        gettext_lazy("承办部门申请退回诉求%(number)s“%(title)s”，请当日裁定。"),
    ),
    "rule_return": (
        gettext_lazy("退回已裁定：%(title)s"),
        gettext_lazy("诉求%(number)s“%(title)s”的退回申请已裁定，办理时限%(due)s。"),
    ),
    "update": (
        gettext_lazy("诉求有新进展：%(title)s"),
        gettext_lazy("诉求%(number)s“%(title)s”有新的办理进展，请点击查看。"),
    ),
    "request_extension": (
        gettext_lazy("延期待审批：%(title)s"),
        gettext_lazy("承办部门申请延长诉求%(number)s“%(title)s”的办理时限，请审批。"),
    ),
    "decide_extension": (
        gettext_lazy("延期申请已审批：%(title)s"),
        gettext_lazy("诉求%(number)s“%(title)s”的延期申请已审批，办理时限%(due)s。"),
    ),
    "request_tracking": (
        gettext_lazy("跟踪办理待审批：%(title)s"),
        gettext_lazy("承办部门申请对诉求%(number)s“%(title)s”跟踪办理，请审批。"),
    ),
    "decide_tracking": (
        gettext_lazy("跟踪办理已审批：%(title)s"),
        gettext_lazy("诉求%(number)s“%(title)s”的跟踪办理申请已审批，下一时限%(due)s。"),
    ),
    "report_tracking": (
        gettext_lazy("跟踪办理有新报告：%(title)s"),
        gettext_lazy("诉求%(number)s“%(title)s”有新的跟踪报告，下次报告时限%(due)s。"),
    ),
    "resume": (
        gettext_lazy("恢复办理：%(title)s"),
        gettext_lazy("诉求%(number)s“%(title)s”恢复限时办理，时限%(due)s。"),
    ),
    "resolve": (
        gettext_lazy("诉求已办结，请评价：%(title)s"),
        gettext_lazy("诉求%(number)s“%(title)s”已办结答复，请点击查看并作出评价。"),
    ),
    "rate": (
        gettext_lazy("企业已评价：%(title)s"),
        gettext_lazy("企业评价了诉求%(number)s“%(title)s”，结果请点击查看。"),
    ),
    "visit": (
        gettext_lazy("回访已记录：%(title)s"),
        gettext_lazy("诉求%(number)s“%(title)s”的回访结果已记录，请点击查看。"),
    ),
    "close": (
        gettext_lazy("诉求已销号：%(title)s"),
        gettext_lazy("诉求%(number)s“%(title)s”已销号归档。"),
    ),
    "reopen": (
        gettext_lazy("诉求重新办理：%(title)s"),
        gettext_lazy("诉求%(number)s“%(title)s”重新办理，时限%(due)s。"),
    ),
    "urge": (
        gettext_lazy("催办：%(title)s"),
        gettext_lazy("诉求%(number)s“%(title)s”被催办，办理时限%(due)s，请抓紧办理。"),
    ),
    "instruct": (
        gettext_lazy("领导批示：%(title)s"),
        gettext_lazy("领导对诉求%(number)s“%(title)s”作出批示，请按期书面答复。"),
    ),
    "answer_instruction": (
        gettext_lazy("批示已答复：%(title)s"),
        gettext_lazy("诉求%(number)s“%(title)s”的批示已答复，请点击查看。"),
    ),
    "issue_notice": (
        gettext_lazy("督办单：%(title)s"),
        gettext_lazy("诉求%(number)s“%(title)s”已发督办单，请按期书面答复。"),
    ),
    "withdraw_notice": (
        gettext_lazy("督办单已撤销：%(title)s"),
        gettext_lazy("诉求%(number)s“%(title)s”的督办单已撤销，不再要求答复。"),
    ),
    "answer_notice": (
        gettext_lazy("督办单已答复：%(title)s"),
        gettext_lazy("诉求%(number)s“%(title)s”的督办单已答复，请点击查看。"),
    ),
    "recalculate": (
        gettext_lazy("办理时限调整：%(title)s"),
        gettext_lazy(
            "因工作日历或时限政策调整，诉求%(number)s“%(title)s”的办理时限调整为%(due)s。"
        ),
    ),
}
# What the enterprise reads instead, where its part in the step is another.
FOR_ENTERPRISE = {
    "submit": (
        gettext_lazy("诉求已收到：%(title)s"),
        gettext_lazy(
            "您的诉求%(number)s“%(title)s”已收到，承诺办结时限%(due)s，交办后以查询页为准。"
        ),
    ),
    "resolve": TEXTS["resolve"],
}
TEXTS["resolve"] = (
    gettext_lazy("诉求已办结，待企业评价：%(title)s"),
    gettext_lazy("诉求%(number)s“%(title)s”已办结答复企业，待企业评价，逾期未评价的请回访。"),
)
CODE = gettext_lazy("查询码：%(code)s。凭查询码和联系电话后四位可查询进度。")
REMINDER = (
    gettext_lazy("%(colour)s提醒：%(title)s"),
    gettext_lazy("诉求%(number)s“%(title)s”的办理时限为%(due)s，请按期办结。"),
)
OVERDUE = (
    gettext_lazy("%(colour)s督办：%(title)s"),
    gettext_lazy("诉求%(number)s“%(title)s”已超过办理时限%(due)s，已发督办单，请立即处理。"),
)


ANSWERS = {
    ("notice", False): (
        gettext_lazy("督办单今日到期：%(title)s"),
        gettext_lazy("诉求%(number)s的督办单%(sheet)s须于%(due)s前书面答复。"),
    ),
    ("notice", True): (
        gettext_lazy("督办单逾期未答复：%(title)s"),
        gettext_lazy("诉求%(number)s的督办单%(sheet)s应于%(due)s前书面答复，现已逾期。"),
    ),
    ("instruction", False): (
        gettext_lazy("批示今日到期：%(title)s"),
        gettext_lazy("领导对诉求%(number)s的批示须于%(due)s前书面答复。"),
    ),
    ("instruction", True): (
        gettext_lazy("批示逾期未答复：%(title)s"),
        gettext_lazy("领导对诉求%(number)s的批示应于%(due)s前书面答复，现已逾期。"),
    ),
}
PATTERN = (
    gettext_lazy("一类事待研究：%(category)s"),
    gettext_lazy("%(department)s的“%(category)s”类诉求重复发生（%(count)d 件），请研究共性原因。"),
)
PATTERN_CLOSED = (
    gettext_lazy("一类事已办结：%(category)s"),
    gettext_lazy("%(department)s的“%(category)s”一类事（%(count)d 件）已有整改结果，请点击查看。"),
)


def rating_token(issue):
    """The secret of a rating link: good for this round of handling only, void once it is rated."""
    return _token(issue.pk, issue.round)


def _token(pk, number):
    # Without a time inside: a link sent twice is the same link.
    return signing.Signer(salt=RATE_SALT).sign_object([pk, number])


def issue_of_rating_token(token):
    """The issue a rating link is for, or None when it is forged, used or of an earlier round."""
    try:
        pk, number = signing.Signer(salt=RATE_SALT).unsign_object(token)
    except signing.BadSignature:
        return None
    return Issue.objects.filter(pk=pk, round=number, status="resolved").first()


def show_time(moment):
    """3月12日 17:30, in the district's time zone; a dash when there is none."""
    if moment is None:
        return "—"
    return formats.date_format(timezone.localtime(moment), _("n月j日 H:i"))


def render_step(action):
    def render(data):
        texts = FOR_ENTERPRISE if data.get("to") == "enterprise" else TEXTS
        subject, body = texts.get(action) or TEXTS[action]
        values = _values(data)
        body = body % values
        if data.get("code"):
            body = f"{body}\n\n{CODE % {'code': data['code']}}"
        return kinds.Rendered(subject % values, body, _url(action, data))

    return render


def render_reminder(data):
    subject, body = OVERDUE if data.get("notice") else REMINDER
    values = _values(data) | {"colour": dict(choices.COLOUR).get(data["colour"], "")}
    address = reverse("issues:detail", args=[data["issue"]])
    return kinds.Rendered(subject % values, body % values, address)


def render_answer(data):
    subject, body = ANSWERS[data["what"], bool(data["late"])]
    values = _values(data) | {"sheet": data["number"]}
    address = reverse("issues:detail", args=[data["issue"]])
    return kinds.Rendered(subject % values, body % values, address)


def render_pattern(texts):
    def render(data):
        rows = (
            (Category, data["category"], "category"),
            (Department, data["department"], "department"),
        )
        values = {"count": data["count"]}
        for model, code, name in rows:
            row = model.objects.filter(code=code).first()
            values[name] = row.label if row else code
        subject, body = texts
        address = reverse("issues:pattern", args=[data["review"]])
        return kinds.Rendered(subject % values, body % values, address)

    return render


def _values(data):
    due = show_time(kinds.moment(data["due_at"]) if data.get("due_at") else None)
    return {"number": data["issue"], "title": data["title"], "due": due}


def _url(action, data):
    """People with an account go to the issue; who left only an address, to rating or tracking."""
    if not data.get("outside"):
        return reverse("issues:detail", args=[data["issue"]])
    if action == "resolve":
        return reverse("rate", args=[_token(*data["outside"])])
    return reverse("track")


def still_sees(user, data):
    """Rights as they are when the message goes out, by the one rule of visibility."""
    return Issue.objects.visible_to(user).filter(number=data["issue"]).exists()


def still_reads(user, data):
    """The same of a 一类事."""
    return PatternReview.objects.visible_to(user).filter(pk=data["review"]).exists()


def register():
    for action in TEXTS:
        kinds.register(
            kinds.Kind(
                code=f"issues.{action}",
                label=STEPS[action].label,
                render=render_step(action),
                # A department that was relieved of an issue still hears that it was.
                still=None if "former_lead" in STEPS[action].tells else still_sees,
            )
        )
    kinds.register(
        kinds.Kind(
            code="issues.reminder",
            label=gettext_lazy("到期提醒"),
            render=render_reminder,
            still=still_sees,
        )
    )
    closed = render_pattern(PATTERN_CLOSED)
    for code, label, render, still in (
        ("issues.answer_due", gettext_lazy("督办答复到期提醒"), render_answer, still_sees),
        ("issues.pattern", gettext_lazy("一类事提醒"), render_pattern(PATTERN), still_reads),
        ("issues.pattern_closed", gettext_lazy("一类事办结"), closed, still_reads),
    ):
        kinds.register(kinds.Kind(code=code, label=label, render=render, still=still))
