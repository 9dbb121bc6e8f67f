"""The month's report, and what the planner says to it. The key is the month, as 2026-10."""

from datetime import date

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ledgers.fields import FilesField
from ledgers.money import Amount, show_both
from projects import oddities, reporting
from projects.forms.fields import DeedForm, amount, text
from projects.models import ProgressReport


def month_of(key):
    """The first of the month named like 2026-10. Raises Http404."""
    try:
        return date.fromisoformat(f"{key}-01")
    except ValueError:
        raise Http404 from None


class ReportForm(DeedForm):
    """One row of the month's sheet; also a page of its own. `send` hands it in."""

    hands_in = True
    month_invested = amount(gettext_lazy("本月完成投资（万元）"), unknown=True, negative=True)
    physical_percent = forms.DecimalField(
        label=gettext_lazy("形象进度（%）"),
        required=False,
        min_value=0,
        max_value=100,
        max_digits=5,
        decimal_places=1,
    )
    stat_ytd = amount(gettext_lazy("统计口径本年累计（万元）"))
    funds_in_month = amount(
        gettext_lazy("本月到位建设资金（万元）"),
        help_text=gettext_lazy("统计口径的建设资金来源，与招商到位资金是两个数，不相加。"),
    )
    workers = forms.IntegerField(
        label=gettext_lazy("在场人数"), required=False, min_value=0, max_value=99_999
    )
    image_progress = text(gettext_lazy("形象进度说明"), required=False, max_length=500, rows=2)
    problems = text(gettext_lazy("存在问题"), required=False, max_length=1000, rows=2)
    next_plan = text(gettext_lazy("下月计划"), required=False, max_length=1000, rows=2)
    explanation = text(
        gettext_lazy("情况说明"),
        required=False,
        max_length=1000,
        rows=2,
        help_text=gettext_lazy("有提示的，请在这里说明原因。"),
    )
    attachments = FilesField(label=gettext_lazy("现场照片"), required=False)
    seen = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)

    @property
    def back(self):
        return "investment"

    def prepare(self):
        self.month = month_of(self.key)
        self.report = reporting.open_report(self.project, self.month)
        self.label = _("%(month)s月报") % {"month": f"{self.month:%Y-%m}"}
        self.effect = _("上报后由项目管理部门核实；需要修改的，由其退回。")
        self.told = []
        report = self.report
        for name in (*reporting.FIGURES, *reporting.WORDS):
            if name in self.fields and report.pk:
                self.fields[name].initial = getattr(report, name)
        if report.pk:
            self.fields["seen"].initial = reporting.mark_of(report)
            self.fields["month_invested"].initial = Amount(
                report.month_invested, report.month_invested_text
            )

    def figures(self):
        """The report's fields as typed; amounts in yuan."""
        typed = self.cleaned_data
        invested = typed.get("month_invested")
        stat, funds = typed.get("stat_ytd"), typed.get("funds_in_month")
        found = {name: typed.get(name) for name in ("physical_percent", "workers")}
        found |= {
            name: typed.get(name, "")
            for name in ("image_progress", "problems", "next_plan", "explanation")
        }
        return found | {
            "month_invested": invested.yuan if invested else None,
            "month_invested_text": invested.text if invested and invested.yuan is None else "",
            "stat_ytd": stat.yuan if stat else None,
            "funds_in_month": funds.yuan if funds else None,
        }

    def preview(self):
        """(oddities.Month, [code]) of the figures as typed; nothing is stored."""
        for name, value in self.figures().items():
            setattr(self.report, name, value)
        month = reporting.figures_of(self.report, self.project)
        return month, reporting.oddities_of(self.report, self.project)

    def refresh(self, fresh):
        """After somebody else's change: what is sent next knows of it."""
        super().refresh(fresh)
        self.data["seen"] = reporting.mark_of(reporting.open_report(fresh, self.month))

    def take(self):
        send = "send" in self.data
        report = reporting.save(
            project=self.project,
            user=self.user,
            month=self.month,
            values=self.figures(),
            files=self.cleaned_data["attachments"],
            send=send,
            seen=self.cleaned_data["seen"] if "seen" in self.data else None,
        )
        words = {"month": f"{self.month:%Y-%m}", "name": self.project.name}
        if send:
            return _("%(name)s：%(month)s月报已上报。") % words
        said = _("%(name)s：%(month)s月报草稿已保存。") % words
        if report.oddities:
            return " ".join([said, *(str(oddities.SENTENCES[code]) for code in report.oddities)])
        return said


def _both(amount):
    return "" if amount is None else show_both(amount)


class JudgeForm(DeedForm):
    """A deed on a report that was handed in; the key is the report's number."""

    @property
    def back(self):
        return "investment"

    def prepare(self):
        rows = self.project.reports.all()
        self.report = next((row for row in rows if str(row.pk) == self.key), None)
        if self.report is None or self.report.status != ProgressReport.Status.SUBMITTED:
            raise Http404
        if self.report.reported_by_id == self.user.pk:
            raise PermissionDenied(_("填报人不能核实自己的月报。"))
        self.month = f"{self.report.month:%Y-%m}"

    def about(self):
        row = self.report
        found = [
            (_("月份"), self.month),
            (_("本月完成投资"), _both(row.month_invested) or row.month_invested_text or "—"),
            (_("本月到位资金"), _both(row.funds_in_month)),
            (_("统计口径本年累计"), _both(row.stat_ytd)),
            (_("形象进度"), row.physical_percent is not None and f"{row.physical_percent:f}%"),
            (_("形象进度说明"), row.image_progress),
            (_("在场人数"), row.workers),
            (_("存在问题"), row.problems),
            (_("下月计划"), row.next_plan),
            (_("提示"), "\n".join(str(oddities.SENTENCES[code]) for code in row.oddities)),
            (_("情况说明"), row.explanation),
            (_("填报人"), row.reported_by and row.reported_by.label),
        ]
        return [(label, value) for label, value in found if value]


class VerifyForm(JudgeForm):
    def prepare(self):
        super().prepare()
        self.label = _("核实%(month)s月报") % {"month": self.month}
        self.effect = _("核实后计入统计；月份锁定后只能更正。")

    def take(self):
        reporting.verify(report=self.report, user=self.user, version=self.cleaned_data["version"])
        return _("%(month)s月报已核实。") % {"month": self.month}


class ReturnForm(JudgeForm):
    reason = text(gettext_lazy("退回理由"), max_length=300, rows=2)
    told = (gettext_lazy("牵头部门"),)

    def prepare(self):
        super().prepare()
        self.label = _("退回%(month)s月报") % {"month": self.month}
        self.effect = _("退回牵头部门修改，已填内容保留。")

    def take(self):
        reporting.send_back(
            report=self.report,
            user=self.user,
            version=self.cleaned_data["version"],
            **self.values("reason"),
        )
        return _("%(month)s月报已退回。") % {"month": self.month}


class CorrectForm(DeedForm):
    """Opens a new version of a counting month; the key is the month."""

    reason = text(gettext_lazy("更正理由"), max_length=300, rows=2)

    @property
    def back(self):
        return "investment"

    def prepare(self):
        self.month = month_of(self.key)
        counted = [r for r in self.project.reports.all() if r.month == self.month and r.counts]
        if not counted:
            raise Http404
        words = {"month": self.key}
        self.label = _("更正%(month)s月报") % words
        self.effect = _("建立新版次并带入原有数字；新版次核实之前，仍按原版次统计。")

    def take(self):
        reporting.begin_correction(**self.common, month=self.month, **self.values("reason"))
        return _("更正版次已建立，请修改后上报。")


class DiscardForm(DeedForm):
    """Takes back a correction that was begun and not sent; the key is the month."""

    is_danger = True

    @property
    def back(self):
        return "investment"

    def prepare(self):
        self.month = month_of(self.key)
        drafts = [row for row in self.project.reports.all() if row.month == self.month]
        if not any(row.version > 1 and row.status in ("draft", "returned") for row in drafts):
            raise Http404
        self.label = _("放弃%(month)s月报的更正") % {"month": self.key}
        self.effect = _("删除更正草稿，原版次继续计入统计。")

    def take(self):
        reporting.discard(project=self.project, user=self.user, month=self.month)
        return _("更正草稿已放弃。")
