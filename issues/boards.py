"""The supervision office's lists beside the work list: notices, the call list, 一类事 reviews."""

from urllib.parse import urlencode

from django import forms
from django.core.paginator import Paginator
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import roles
from accounts.models import User
from directory.models import Department
from issues import choices, patterns, presenters
from issues.actors import Actor
from issues.forms import RowChoiceField, StepForm
from issues.models import Issue, Notice, PatternReview, Policy
from issues.timeline import day_text
from issues.workflow import STEPS
from worktime import clock
from worktime.services import current_calendar

PER_PAGE = 20
# section → (label, address, who finds it)
SECTIONS = {
    "notices": (gettext_lazy("督办单"), "issues:notices", roles.OFFICIALS | {roles.AUDITOR}),
    "calls": (gettext_lazy("回访"), "issues:calls", {roles.COORDINATOR}),
    "patterns": (
        gettext_lazy("一类事"),
        "issues:patterns",
        {roles.COORDINATOR, roles.LEADER, roles.AUDITOR, roles.HEAD, roles.HANDLER},
    ),
    "rates": (gettext_lazy("三率"), "cockpit:rates", roles.OFFICIALS | {roles.AUDITOR}),
    "targets": (gettext_lazy("年度目标"), "cockpit:targets", roles.OFFICIALS | {roles.AUDITOR}),
    "circulars": (gettext_lazy("通报"), "cockpit:circulars", roles.OFFICIALS | {roles.AUDITOR}),
}


def may_open(user, section):
    return bool(roles.roles_of(user) & SECTIONS[section][2])


def sections(user, current=""):
    """For components/_tabs.html: the work list and what stands beside it for this reader."""
    tabs = [{"label": _("诉求办理"), "url": reverse("issues:list"), "current": current == ""}]
    for name, (label, address, _readers) in SECTIONS.items():
        if may_open(user, name):
            try:
                tabs.append({"label": label, "url": reverse(address), "current": name == current})
            except NoReverseMatch:
                continue
    return tabs if len(tabs) > 1 else []


def _any(options):
    return [("", gettext_lazy("全部")), *options]


class BoardFilter(forms.Form):
    """All optional; a value that cannot stand is said at its field and does not narrow."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.is_valid()

    def chosen(self):
        return {name: value for name, value in self.cleaned_data.items() if value}

    def shown(self, name, value):
        field = self.fields[name]
        if isinstance(field, forms.ModelChoiceField):
            return value.label
        return dict(field.choices)[value] if hasattr(field, "choices") else value


def _department_field():
    return RowChoiceField(
        label=gettext_lazy("部门"),
        queryset=Department.objects.all(),
        to_field_name="code",
        required=False,
        empty_label=gettext_lazy("全部"),
    )


class NoticeFilter(BoardFilter):
    q = forms.CharField(label=gettext_lazy("关键词"), required=False, max_length=100)
    state = forms.ChoiceField(
        label=gettext_lazy("状态"), choices=_any(choices.NOTICE_STATES), required=False
    )
    colour = forms.ChoiceField(
        label=gettext_lazy("等级"), choices=_any(choices.COLOUR), required=False
    )
    department = _department_field()


class ReviewFilter(BoardFilter):
    state = forms.ChoiceField(
        label=gettext_lazy("状态"),
        choices=_any([("open", gettext_lazy("研究中")), ("closed", gettext_lazy("已办结"))]),
        required=False,
    )
    department = _department_field()


class CallFilter(BoardFilter):
    day = forms.ChoiceField(
        label=gettext_lazy("回访日"),
        choices=[
            ("", gettext_lazy("今天")),
            ("next", gettext_lazy("下一个工作日")),
            ("all", gettext_lazy("全部待回访")),
        ],
        required=False,
    )
    department = _department_field()


class Board:
    """One list for one reader and query; `name` is its section and its address.

    Each board gives `found()` (its rows), `row(item)` (what the template takes of one) and
    `columns()` (of an export).
    """

    name, filter_class = "", BoardFilter

    def __init__(self, user, query, now=None):
        self.user, self.query, self.now = user, query, now or timezone.now()
        self.form = self.filter_class(query)

    def context(self, **extra):
        """For templates/issues/_board.html."""
        page = Paginator(self.found(), PER_PAGE).get_page(self.query.get("page"))
        address = reverse(f"issues:{self.name}")
        return {
            "filter": self.form,
            "page": page,
            "rows": [self.row(item) for item in page],
            "chips": self._chips(address),
            "list_url": address,
            "tabs": sections(self.user, self.name),
            "is_narrowed": bool(self.form.chosen()),
        } | extra

    def _chips(self, address):
        chosen = self.form.chosen()
        given = {name: self.query.get(name) for name in chosen}
        return [
            {
                "label": self.form.fields[name].label,
                "value": self.form.shown(name, value),
                "url": f"{address}?{urlencode({n: v for n, v in given.items() if n != name})}",
            }
            for name, value in chosen.items()
        ]


class NoticeBoard(Board):
    name, filter_class = "notices", NoticeFilter

    def found(self):
        chosen = self.form.chosen()
        rows = Notice.objects.visible_to(self.user)
        if state := chosen.pop("state", None):
            rows = rows.in_state(state, self.now)
        return rows.matching(**chosen).for_list().order_by("-issued_at", "-pk")

    def context(self, **extra):
        return super().context(totals=self.found().totals(self.now), **extra)

    def row(self, item):
        state = item.state(self.now)
        return {"notice": item, "state": state, "word": STATES[state], "tone": TONES[state]}

    def columns(self):
        """(heading, callable(notice)) of an export."""
        return [
            (_("督办单编号"), lambda n: n.number),
            (_("等级"), lambda n: n.get_colour_display()),
            (_("诉求编号"), lambda n: n.issue.number),
            (_("标题"), lambda n: n.issue.title),
            (_("部门"), lambda n: n.department.label),
            (_("内容"), lambda n: n.text),
            (_("签发人"), lambda n: n.issued_by.label if n.issued_by else _("系统")),
            (_("签发时间"), lambda n: n.issued_at),
            (_("答复期限"), lambda n: n.answer_due_at),
            (_("状态"), lambda n: STATES[n.state(self.now)]),
            (_("答复人"), lambda n: n.answered_by.label if n.answered_by else ""),
            (_("答复时间"), lambda n: n.answered_at),
            (_("答复"), lambda n: n.answer),
            (_("撤销理由"), lambda n: n.withdrawal_reason),
        ]


STATES = dict(choices.NOTICE_STATES)
TONES = {
    "waiting": "waiting",
    "overdue": "alert",
    "answered": "done",
    "answered_late": "done",
    "withdrawn": "ended",
}


class CallList(Board):
    """Who is to be telephoned: the working day after the answer, and the working day after each
    try that nobody answered.
    """

    name, filter_class = "calls", CallFilter

    def __init__(self, user, query, now=None):
        super().__init__(user, query, now)
        self.calendar = current_calendar()
        today = clock.shift_workdays(self.calendar, timezone.localdate(self.now), 0)
        self.asked = self.form.chosen().get("day", "")
        self.day = clock.shift_workdays(self.calendar, today, 1) if self.asked == "next" else today
        self.policy = Policy.objects.valid_at(self.now)

    def found(self):
        rows = Issue.objects.visible_to(self.user).to_visit(self.user)
        if self.asked != "all":
            before = clock.shift_workdays(self.calendar, self.day, -1)
            rows = rows.call_due(clock.closing(self.calendar, before), before)
        department = self.form.chosen().get("department")
        return rows.led_by(department).with_calls().order_by("resolved_at", "pk")

    def context(self, **extra):
        found = self.found()
        return super().context(totals={"count": found.count()}, day=self.day, asked=self.asked)

    def row(self, item):
        tries = [row for row in item.visits.all() if row.round == item.round]
        last = max((row.on for row in tries), default=timezone.localdate(item.resolved_at))
        call_on = clock.shift_workdays(self.calendar, last, 1)
        form = StepForm(
            STEPS["visit"],
            issue=item,
            actor=Actor.of(self.user),
            auto_id=f"id_{item.number}_%s",
        )
        return {
            "issue": item,
            "tries": tries,
            "left": max(self.policy.visit_tries - len(tries), 0),
            "call_on": call_on,
            "late": call_on < self.day,
            "tried_today": any(row.on == timezone.localdate(self.now) for row in tries),
            "script": self.script(item),
            "form": form,
            "confirm": presenters.confirmation(STEPS["visit"]),
        }

    def script(self, issue):
        """What the caller says, with the facts of this matter in it."""
        said = {
            "企业": issue.enterprise_name,  # data
            "联系人": issue.contact_name,  # data
            "事项": issue.title,  # data
            "部门": issue.lead_department.label if issue.lead_department else "",  # data
            "答复日期": day_text(timezone.localdate(issue.resolved_at)),  # data
            "回访人": self.user.label,  # data
        }
        text = self.policy.visit_script
        for name, value in said.items():
            text = text.replace(f"【{name}】", value)
        return text

    def columns(self):
        return [
            (_("编号"), lambda i: i.number),
            (_("标题"), lambda i: i.title),
            (_("企业名称"), lambda i: i.enterprise_name),
            (_("联系人"), lambda i: i.contact_name),
            (_("联系电话"), lambda i: i.contact_phone),
            (_("主办部门"), lambda i: i.lead_department.label if i.lead_department else ""),
            (_("办结时间"), lambda i: i.resolved_at),
            (_("已试次数"), lambda i: len([v for v in i.visits.all() if v.round == i.round])),
        ]


class PatternBoard(Board):
    name, filter_class = "patterns", ReviewFilter

    def found(self):
        rows = PatternReview.objects.visible_to(self.user)
        return rows.matching(**self.form.chosen()).for_list()

    def context(self, **extra):
        policy = Policy.objects.valid_at(self.now)
        rows = PatternReview.objects.visible_to(self.user).matching(**self.form.chosen())
        return super().context(totals=rows.totals(), policy=policy, **extra)

    def row(self, item):
        today = timezone.localdate(self.now)
        late = item.closed_at is None and item.due_on is not None and item.due_on < today
        return {"review": item, "late": late}

    def columns(self):
        return [
            (_("事项类别"), lambda r: r.category.label),
            (_("主办部门"), lambda r: r.department.label),
            (_("发现时间"), lambda r: r.opened_at),
            (_("件数"), lambda r: r.issue_count),
            (_("牵头人"), lambda r: r.owner.label if r.owner else ""),
            (_("完成期限"), lambda r: r.due_on),
            (_("共性原因"), lambda r: r.cause),
            (_("整改措施"), lambda r: r.measures),
            (_("办结时间"), lambda r: r.closed_at),
        ]


BOARDS = {board.name: board for board in (NoticeBoard, CallList, PatternBoard)}
EXPORT_NAMES = {
    "notices": gettext_lazy("督办单"),
    "calls": gettext_lazy("回访清单"),
    "patterns": gettext_lazy("一类事"),
}


class LeadForm(forms.Form):
    """Who looks into a 一类事, and until when."""

    owner = RowChoiceField(
        label=gettext_lazy("牵头人"),
        queryset=User.objects.none(),
        empty_label=gettext_lazy("请选择"),
    )
    due_on = forms.DateField(
        label=gettext_lazy("完成期限"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )

    def __init__(self, *args, review, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = patterns.owners(review)


class ResultForm(forms.Form):
    """What came of it."""

    cause = forms.CharField(
        label=gettext_lazy("共性原因"), max_length=5000, widget=forms.Textarea(attrs={"rows": 3})
    )
    measures = forms.CharField(
        label=gettext_lazy("整改措施"), max_length=5000, widget=forms.Textarea(attrs={"rows": 3})
    )


def months(issues):
    """[(first day of the month, number)] of when the matters came."""
    counted = {}
    for issue in issues:
        month = timezone.localdate(issue.received_at).replace(day=1)
        counted[month] = counted.get(month, 0) + 1
    return sorted(counted.items())
