"""/styleguide/: every component in every state, from samples kept here; no database."""

import re
from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.shortcuts import render
from django.template.loader import get_template, render_to_string
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy

from hangu import charts

HEAD_COMMENT = re.compile(r"{% comment %}\n(.*?)\n{% endcomment %}", re.DOTALL)


class SampleForm(forms.Form):
    title = forms.CharField(
        label=gettext_lazy("标题"), help_text=gettext_lazy("一句话说明需要解决的事项。")
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("类型"),
        choices=[("need", gettext_lazy("需求")), ("problem", gettext_lazy("问题"))],
        widget=forms.RadioSelect,
    )
    department = forms.ChoiceField(
        label=gettext_lazy("主办部门"),
        choices=[("", "—"), ("example", gettext_lazy("示例局"))],
        required=False,
    )
    co_departments = forms.MultipleChoiceField(
        label=gettext_lazy("协办部门"),
        choices=[("a", gettext_lazy("示例局")), ("b", gettext_lazy("示例办公室"))],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    new_due_on = forms.DateField(
        label=gettext_lazy("新的期限"),
        widget=forms.DateInput(attrs={"type": "date"}),
        required=False,
    )
    description = forms.CharField(
        label=gettext_lazy("具体情况"),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=2000,
        help_text=gettext_lazy("时间、地点、涉及单位、经过和已做的努力。"),
    )
    attachments = forms.FileField(
        label=gettext_lazy("附件"), required=False, help_text=gettext_lazy("每个不超过 10 MB。")
    )
    consent = forms.BooleanField(label=gettext_lazy("同意将以上内容转交承办部门办理"))


class SampleFilter(forms.Form):
    q = forms.CharField(label=gettext_lazy("关键词"), required=False)
    status = forms.ChoiceField(
        label=gettext_lazy("状态"), choices=[("", gettext_lazy("全部"))], required=False
    )
    department = forms.ChoiceField(
        label=gettext_lazy("部门"), choices=[("", gettext_lazy("全部"))], required=False
    )


@login_not_required
def styleguide(request):
    """The live page; each item carries the file's own opening comment and its rendered states."""
    items = [_item(request, name, states) for name, states in samples().items()]
    return render(request, "styleguide.html", {"items": items})


def samples():
    """{component name: [(state in words, context), …]} in the reader's language."""
    return {
        **_words_and_lights(),
        **_time(),
        **_figures(),
        "chart": charts.samples(),
        **_lists(),
        **_forms(),
    }


def _item(request, name, states):
    path = f"components/_{name}.html"
    comment = HEAD_COMMENT.search(get_template(path).template.source)
    return {
        "file": f"_{name}.html",
        "context": comment.group(1) if comment else "",
        "states": [(words, render_to_string(path, context, request)) for words, context in states],
    }


def _words_and_lights():
    tones = [
        (gettext("待签收"), "waiting"),
        (gettext("办理中"), "active"),
        (gettext("待评价"), "strong"),
        (gettext("已销号"), "done"),
        (gettext("已撤回"), "ended"),
        (gettext("已逾期"), "alert"),
        (gettext("普通"), ""),
    ]
    reasons = {
        "green": gettext("进度快于时间进度 3 个百分点。"),
        "blue": gettext("距办结期限 2 个工作日。"),
        "yellow": gettext("逾期 1 个工作日，或当月进度未报。"),
        "orange": gettext("逾期 3 个工作日。"),
        "red": gettext("逾期 5 个工作日，将列入下一期通报。"),
        "": "",
    }
    levels = [
        ("info", gettext("已切换到示例数据。")),
        ("success", gettext("已交办示例局，对方将收到通知。")),
        ("warning", gettext("下一年度节假日安排尚未公布。")),
        ("error", gettext("附件超过 10 MB，没有上传。")),
    ]
    messages = [_Message(level, text) for level, text in levels]
    return {
        "badge": [(tone or "–", {"text": text, "tone": tone}) for text, tone in tones],
        "light": [
            (colour or "–", {"colour": colour, "reason": reason})
            for colour, reason in reasons.items()
        ],
        "messages": [("info, success, warning, error", {"messages": messages})],
    }


class _Message(SimpleNamespace):
    def __init__(self, level_tag, text):
        super().__init__(level_tag=level_tag, text=text)

    def __str__(self):
        return self.text


def _time():
    due = timezone.localtime().replace(hour=17, minute=30, second=0, microsecond=0)
    ahead, past = due + timedelta(days=3), due - timedelta(days=2)
    return {
        "due_clock": [
            (gettext("尚早"), {"due": ahead + timedelta(days=6), "left": 6}),
            (gettext("临近"), {"due": ahead, "left": 1}),
            (gettext("当日"), {"due": due, "left": 0}),
            (gettext("逾期"), {"due": past, "left": -2, "overdue": True}),
            (gettext("逾期不足一日"), {"due": past, "left": 0, "overdue": True}),
            (gettext("暂定"), {"due": due + timedelta(days=70), "left": 45, "provisional": True}),
            (gettext("已办结"), {"due": past, "done": True}),
            (gettext("未设期限"), {"due": None}),
        ],
        "stage_bar": [
            (gettext("限时办结"), {"stages": _stages(3)}),
            (gettext("全部完成"), {"stages": _stages(7)}),
            (gettext("刚提交"), {"stages": _stages(1)}),
        ],
        "derivation": [(gettext("跨春节的五个工作日"), _derivation())],
        "timeline": [(gettext("各种记录"), {"events": _events()})],
    }


def _stages(current):
    labels = [
        gettext("问题收集"),
        gettext("精准交办"),
        gettext("限时办结"),
        gettext("督导通报"),
        gettext("结果反馈"),
        gettext("问题销号"),
    ]
    stages = []
    for number, label in enumerate(labels, start=1):
        state = "done" if number < current else "current" if number == current else "todo"
        if number == 4:
            state = "beside"
        stages.append({"label": label, "state": state, "note": ""})
    if current == 3:
        stages[1]["note"] = gettext("示例局主办")
        stages[2]["note"] = gettext("第 2 个工作日")
    return stages


def _derivation():
    festival, rest = gettext("春节"), gettext("休息日")
    days = [(11, "receipt", ""), (12, "workday", ""), (13, "workday", ""), (14, "makeup", festival)]
    days += [(day, "holiday", festival) for day in range(15, 24)]
    days += [(24, "workday", ""), (25, "workday", "")]
    steps, running = [], 0
    for day, kind, name in days:
        counted = kind in {"workday", "makeup"}
        running += counted
        name = rest if kind == "weekend" else name
        steps.append(
            {
                "date": date(2026, 2, day),
                "kind": kind,
                "name": name,
                "counted": counted,
                "running": running,
            }
        )
    limit = gettext("一般事项 5 个工作日：收件当日不计，期满日下班时到期。")
    return {"steps": steps, "limit": limit, "provisional": False}


def _events():
    now = timezone.now()
    files = _files()[:1]
    return [
        {
            "at": now,
            "actor": gettext("督查协调"),
            "title": gettext("发出黄色督办单"),
            "tone": "alert",
            "body": gettext("逾期 1 个工作日，请于 2 个工作日内书面答复。"),
        },
        {
            "at": now - timedelta(hours=5),
            "actor": gettext("示例局 承办人"),
            "title": gettext("补充办理情况"),
            "visibility": "internal",
            "body": gettext("已与供水单位核对管径，等待回函。"),
        },
        {
            "at": now - timedelta(days=1),
            "actor": gettext("示例局 承办人"),
            "title": gettext("答复企业"),
            "visibility": "public",
            "tone": "good",
            "body": gettext("现场勘查已完成，方案附后。"),
            "files": files,
        },
        {
            "at": now - timedelta(days=2),
            "actor": gettext("示例局 承办人"),
            "title": gettext("已签收"),
            "tone": "step",
        },
        {
            "at": now - timedelta(days=3),
            "actor": gettext("示例企业"),
            "title": gettext("已提交诉求"),
        },
    ]


def _figures():
    amounts = ["13691000000.00", "250000000", "32500000", "12345.6", "800", "0", None]
    definition = gettext("期限落在本期内的事项中，期限前办结的占比；经批准延期的单列。")
    rate = {"label": gettext("按时办结率"), "value": "92.3", "unit": "%", "definition": definition}
    parts = gettext("36 / 39 件，不计 2 件并案")
    return {
        "money": [(amount or "None", {"amount": amount and Decimal(amount)}) for amount in amounts],
        "stat": [
            (gettext("有口径和来源"), rate | {"url": "#stat", "parts": parts}),
            (
                gettext("需要注意"),
                {
                    "label": gettext("逾期未结"),
                    "value": "3",
                    "unit": gettext("件"),
                    "tone": "alert",
                },
            ),
            (
                gettext("没有可除的数"),
                {"label": gettext("满意率"), "value": None, "unit": "%", "definition": definition},
            ),
        ],
    }


def _lists():
    columns = [
        {"label": gettext("部门")},
        {"label": gettext("交办数"), "unit": gettext("件"), "numeric": True},
        {"label": gettext("按时办结率"), "unit": "%", "numeric": True},
        {"label": gettext("协议投资"), "unit": gettext("亿元"), "numeric": True},
    ]
    rows = [
        [gettext("示例局"), "128", "92.31", "36.50"],
        [gettext("示例办公室"), "9", "100.00", "1.20"],
    ]
    totals = [gettext("合计"), "137", "92.80", "37.70"]
    caption = gettext("部门办理情况")
    table = {"columns": columns, "rows": rows, "totals": totals, "caption": caption}
    page = Paginator(range(58), 20).page(2)
    tabs = [
        {"label": gettext("待我办理"), "url": "#tabs", "current": True, "count": 7},
        {"label": gettext("本部门"), "url": "#tabs", "count": 32},
        {"label": gettext("已办结"), "url": "#tabs"},
    ]
    return {
        "table": [(gettext("带合计"), table)],
        "pager": [
            (gettext("页码"), {"page": page}),
            (gettext("游标"), {"newer_url": "#pager", "older_url": "#pager"}),
        ],
        "tabs": [(gettext("三类"), {"tabs": tabs})],
        "file_list": [(gettext("三个文件"), {"files": _files()})],
        "empty": _empties(),
    }


def _empties():
    waiting = {
        "title": gettext("没有等待您办理的事项"),
        "hint": gettext("新交办的事项会出现在这里，并发送消息提醒。"),
        "action_url": "#empty",
        "action_label": gettext("查看本部门全部事项"),
    }
    none = {"title": gettext("没有符合条件的事项"), "hint": gettext("请减少筛选条件后再试。")}
    return [(gettext("有下一步"), waiting), (gettext("只有说明"), none)]


def _files():
    now = timezone.now()
    return [
        {
            "name": gettext("现场勘查记录（示例）.pdf"),
            "url": "#file_list",
            "size": 482_113,
            "kind": "pdf",
            "at": now,
        },
        {
            "name": gettext("配套管网方案比选（示例）.docx"),
            "url": "#file_list",
            "size": 96_400,
            "kind": "docx",
        },
        {
            "name": gettext("现场照片（示例）.jpg"),
            "url": "#file_list",
            "size": 2_410_000,
            "kind": "jpg",
            "by": gettext("示例局"),
        },
    ]


def _forms():
    typed = {"title": "", "kind": "other"}
    empty, wrong = SampleForm(), SampleForm(typed, auto_id="wrong_%s")
    fields = [(f"{field.name} ({field.widget_type})", {"field": field}) for field in empty]
    with_errors = gettext("有误")
    for name in wrong.errors:
        fields.append((f"{name} · {with_errors}", {"field": wrong[name]}))
    listing = SampleFilter(auto_id="filter_%s")
    told = [gettext("示例局承办人"), gettext("示例局负责人"), gettext("提交诉求的企业")]
    what = gettext("事项交由示例局主办，办结期限为 3月12日 17:30。")
    closing = gettext("事项销号归档。")
    final = gettext("销号后企业仍可在 30 日内申请重办，除此之外不能恢复。")
    return {
        "field": fields,
        "form_errors": [(gettext("三处以上有误"), {"form": wrong})],
        "confirm": [
            (gettext("会通知他人"), {"what": what, "told": told}),
            (
                gettext("不通知"),
                {"what": gettext("内部备注只有承办部门和督查协调可见。"), "told": []},
            ),
            (gettext("不可撤销"), {"what": closing, "told": told[2:], "final": final}),
        ],
        "filters": [(gettext("已有结果"), {"form": listing, "reset_url": "#filters", "found": 58})],
        "language": [(gettext("页眉内使用"), {})],
    }
