"""The work list: its tabs, filter, totals, rows and export; what each row waits for."""

from urllib.parse import urlencode

from django import forms
from django.core.paginator import Paginator
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import roles
from directory.models import Department
from issues import choices, presenters, workflow
from issues.models import Category, Issue
from issues.viewer import DEPARTMENTAL, Viewer
from worktime import clock
from worktime.services import current_calendar

PER_PAGE = 20
SOON_DAYS = 2
WAITING, ALL, ENDED = "waiting", "all", "ended"
TAB_LABELS = {
    WAITING: gettext_lazy("等我办理"),
    ALL: gettext_lazy("全部"),
    ENDED: gettext_lazy("已结束"),
}
# Roles for which something may wait; the others read.
ACTING = {roles.COORDINATOR, roles.HANDLER, roles.HEAD, roles.LEADER, roles.ENTERPRISE}


def _any(options):
    return [("", gettext_lazy("全部")), *options]


def _statuses():
    return _any((code, label) for code, (label, _stage) in workflow.STATUSES.items())


class RowField(forms.ModelChoiceField):
    def label_from_instance(self, obj):
        return obj.label


class WorkFilter(forms.Form):
    """All optional; a value that cannot stand is said at its field and does not narrow."""

    q = forms.CharField(label=gettext_lazy("关键词"), required=False, max_length=100)
    status = forms.ChoiceField(label=gettext_lazy("状态"), choices=_statuses, required=False)
    department = RowField(
        label=gettext_lazy("主办部门"),
        queryset=Department.objects.none(),
        to_field_name="code",
        required=False,
        empty_label=gettext_lazy("全部"),
    )
    category = RowField(
        label=gettext_lazy("事项类别"),
        queryset=Category.objects.none(),
        to_field_name="code",
        required=False,
        empty_label=gettext_lazy("全部"),
    )
    kind = forms.ChoiceField(label=gettext_lazy("类型"), choices=_any(choices.KIND), required=False)
    priority = forms.ChoiceField(
        label=gettext_lazy("紧急程度"), choices=_any(choices.PRIORITY), required=False
    )
    received_from = forms.DateField(
        label=gettext_lazy("收到日期自"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    received_to = forms.DateField(
        label=gettext_lazy("收到日期至"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    overdue = forms.BooleanField(label=gettext_lazy("只看逾期"), required=False)
    tab = forms.CharField(widget=forms.HiddenInput, required=False)

    FIRST = ("q", "status", "department")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # A list once read: the select, the check and the chip would each query the rows again.
        self.fields["department"].queryset = Department.objects.all()
        self.fields["category"].queryset = Category.objects.all()
        self.is_valid()

    def first(self):
        return [self[name] for name in self.FIRST]

    def more(self):
        return [self[name] for name in self.fields if name not in (*self.FIRST, "tab")]

    @property
    def more_is_open(self):
        return any(field.errors or field.name in self.chosen() for field in self.more())

    def chosen(self):
        """{name: cleaned value} of what narrows."""
        return {name: value for name, value in self.cleaned_data.items() if value and name != "tab"}

    def criteria(self):
        """For IssueQuerySet.matching."""
        found = self.chosen()
        if "department" in found:
            found["lead_department"] = found.pop("department")
        return found

    def shown(self, name, value):
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField) and not isinstance(field, RowField):
            return dict(field.choices)[value]
        if isinstance(field, forms.DateField):
            return formats.date_format(value, _("Y年n月j日"))
        return "" if value is True else getattr(value, "label", value)


class WorkList:
    """What one user's list shows for one query string, at one moment."""

    def __init__(self, user, query, now=None):
        self.user, self.query, self.now = user, query, now or timezone.now()
        self.viewer = Viewer(user)
        self.form = WorkFilter(query)
        self.acts = bool(user.roles & ACTING)
        self.tab = self._tab()
        self.calendar = current_calendar()

    def _tab(self):
        asked = self.query.get("tab")
        offered = [WAITING, ALL, ENDED] if self.acts else [ALL, ENDED]
        return asked if asked in offered else offered[0]

    def _of_tab(self):
        if self.tab == WAITING:
            return Issue.objects.waiting_for(self.user, self.now)
        visible = Issue.objects.visible_to(self.user)
        return visible.ended() if self.tab == ENDED else visible

    def found(self):
        return self._of_tab().matching(self.now, self.user, **self.form.criteria())

    def ordered(self, numbers=None):
        """The rows as the page and every export give them: all, or those of some `numbers`."""
        # A page's rows are chosen by number first: the database then sorts numbers, and not whole
        # rows with their texts and everything they wait for.
        rows = self.found() if numbers is None else Issue.objects.numbered(numbers)
        return rows.with_waiting(self.user).for_list().most_pressing_first(self.user)

    @property
    def soon(self):
        today = timezone.localdate(self.now)
        return clock.closing(self.calendar, clock.shift_workdays(self.calendar, today, SOON_DAYS))

    def address(self, **changed):
        """The list under this query, or under one changed so; a None takes a value out."""
        given = {
            name: value for name, value in self.query.items() if value and name != "page"
        } | changed
        kept = {name: value for name, value in given.items() if value is not None}
        return f"{reverse('issues:list')}?{urlencode(kept)}" if kept else reverse("issues:list")

    def context(self):
        """For templates/issues/list.html."""
        totals = self.found().totals(self.now, self.soon, self.user)
        pages = Paginator(self.found().most_pressing_first(self.user).values("pk"), PER_PAGE)
        # Counted with the totals already.
        pages.count = totals["count"]
        page = pages.get_page(self.query.get("page"))
        page.object_list = self.ordered(page.object_list)
        return {
            "filter": self.form,
            "tab": self.tab,
            "tabs": self.tabs(),
            "chips": self.chips(),
            "totals": totals,
            "overdue_url": self.address(tab=self.tab, overdue="on"),
            "page": page,
            "rows": [self.row(issue) for issue in page],
            "exports": [
                (label, self.address(tab=self.tab, format=name))
                for label, name in (("Excel", "xlsx"), ("CSV", "csv"))
            ],
            "reset_url": f"{reverse('issues:list')}?tab={self.tab}",
            "list_url": reverse("issues:list"),
            "all_url": f"{reverse('issues:list')}?tab={ALL}",
            "is_narrowed": bool(self.form.chosen()),
        }

    def tabs(self):
        waiting = Issue.objects.waiting_for(self.user, self.now).count() if self.acts else None
        return [
            {
                "label": label,
                "url": f"{reverse('issues:list')}?tab={name}",
                "current": name == self.tab,
                "count": waiting if name == WAITING else None,
            }
            for name, label in TAB_LABELS.items()
            if name != WAITING or self.acts
        ]

    def chips(self):
        """What narrows, each with the address of the list without it."""
        return [
            {
                "label": self.form.fields[name].label,
                "value": self.form.shown(name, value),
                "url": self.address(tab=self.tab, **{name: None}),
            }
            for name, value in self.form.chosen().items()
        ]

    def row(self, issue):
        return {
            "issue": issue,
            "status": presenters.status_badge(issue),
            "priority": presenters.priority_badge(issue),
            "waits": waits_for(issue, self.viewer, self.now),
            "clock": presenters.running_clock(
                issue, self.calendar, self.now, self.viewer.public_only
            ),
        }

    def columns(self):
        """(heading, callable(issue)) of an export; contacts stay on the issue page."""
        viewer, now = self.viewer, self.now
        shown = {
            "category": lambda issue: issue.category.label if issue.category else "",
            "lead": lambda issue: issue.lead_department.label if issue.lead_department else "",
        }
        return [
            (_("编号"), lambda issue: issue.number),
            (_("标题"), lambda issue: issue.title),
            (_("类型"), lambda issue: issue.get_kind_display()),
            (_("企业名称"), lambda issue: issue.enterprise_name),
            (_("事项类别"), shown["category"]),
            (_("紧急程度"), lambda issue: issue.get_priority_display()),
            (_("状态"), lambda issue: workflow.STATUSES[issue.status][0]),
            (_("待办事由"), lambda issue: waits_for(issue, viewer, now)[0]),
            (_("主办部门"), shown["lead"]),
            (_("收到时间"), lambda issue: issue.received_at),
            *([(_("部门时限"), lambda issue: issue.unit_due_at)] if viewer.is_official else ()),
            (_("承诺时限"), lambda issue: issue.due_at),
            (_("是否逾期"), lambda issue: _("是") if viewer.is_overdue(issue, now) else _("否")),
            (_("办结时间"), lambda issue: issue.resolved_at),
            (_("销号时间"), lambda issue: issue.closed_at),
        ]


def waits_for(issue, viewer, now):
    """(why the row waits, whether for this reader); ("", False) when it waits for nobody, or for
    somebody inside of whom an enterprise is not told.

    Needs IssueQuerySet.with_waiting.
    """
    for reason in _mine(issue, viewer, now):
        return reason, True
    if viewer.public_only:
        return "", False
    for asked, reason in (
        (issue.asks_return, _("退回待裁定")),
        (issue.asks_extension or issue.asks_second, _("延期待审批")),
        (issue.asks_tracking, _("跟踪办理待审批")),
        (issue.owes_notice, _("督办单待答复")),
        (issue.owes_instruction, _("批示待答复")),
    ):
        if asked and issue.is_open:
            return reason, False
    return "", False


def _mine(issue, viewer, now):
    """Yields why the issue waits for this reader, the most pressing first."""
    mine, user = viewer.roles, viewer.actor.user
    if roles.COORDINATOR in mine:
        yield from _for_office(issue, user)
    if roles.LEADER in mine:
        if issue.asks_second:
            yield _("第二次延期待您审批")
        if issue.status in workflow.WORKING and issue.is_overdue(now):
            yield _("逾期未办结")
    if mine & DEPARTMENTAL:
        yield from _for_department(issue, user)
    if roles.ENTERPRISE in mine and issue.status == workflow.RESOLVED:
        yield _("待您评价")


def _for_office(issue, user):
    if issue.status == workflow.SUBMITTED:
        yield _("待您交办")
    if issue.asks_return:
        yield _("退回待您裁定")
    if issue.asks_extension:
        yield _("延期待您审批")
    if issue.asks_tracking:
        yield _("跟踪办理待您审批")
    if issue.status == workflow.RESOLVED:
        yield _("待企业评价或回访")
    if issue.status == workflow.CONFIRMED and issue.resolved_by_id != user.pk:
        yield _("待您销号")


def _for_department(issue, user):
    leads = issue.lead_department_id is not None and issue.lead_department_id == user.department_id
    if leads and roles.HEAD in user.roles and issue.is_open:
        if issue.owes_notice:
            yield _("督办单待答复")
        if issue.owes_instruction:
            yield _("批示待答复")
    if leads and issue.asks_return:
        yield _("退回待裁定")
    if leads and issue.status == workflow.ASSIGNED:
        yield _("待签收")
    if leads and issue.status == workflow.IN_PROGRESS:
        yield _("待联系企业") if issue.contacted_at is None else _("待办结")
    if leads and issue.status == workflow.TRACKING:
        yield _("待报告跟踪情况")
    if issue.owes_answer and issue.status in workflow.WORKING:
        yield _("协办待答复")
