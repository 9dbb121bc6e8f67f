"""The official papers as the room papers takes them: circulars and notices, in the district's
language.
"""

from datetime import datetime

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from cockpit import rates, wording
from cockpit.models import Letterhead
from papers.layout import Heading, KeyValues, Paper, Paragraph, Table
from papers.pdf import pdf
from papers.word import docx

LANGUAGE = "zh-hans"
RENDER = {"docx": docx, "pdf": pdf}
TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}


def both(circular):
    """(docx, pdf) of a circular, as bytes."""
    paper = circular_paper(circular)
    return docx(paper), pdf(paper)


def circular_paper(circular):
    """The Paper of a Circular, from its snapshot and data alone."""
    head = circular.letterhead
    with translation.override(LANGUAGE):
        return Paper(
            head=head["head"],
            number=circular.number or _("（草稿）"),
            title=circular.title,
            addressee=head["addressee"],
            blocks=tuple(_blocks(circular)),
            issuer=head["issuer"],
            dated=timezone.localdate(circular.issued_at or circular.drafted_at),
            copied_to=head["copied_to"],
            printed_by=head["issuer"],
            compact=True,
        )


def _blocks(circular):
    data, table = circular.data, circular.snapshot.data
    yield Paragraph(wording.opening(circular))
    yield Heading(1, _("一、总体情况"))
    yield from map(Paragraph, wording.overall(circular))
    yield Heading(1, _("二、各部门办理情况"))
    if table["departments"]:
        yield _departments(table)
        yield from map(Paragraph, wording.ranking(table))
    else:
        yield Paragraph(_("本期没有到期的事项。"))
    yield Heading(1, _("三、逾期未办结事项"))
    yield _overdue(data["overdue"]) if data["overdue"] else Paragraph(_("无。"))
    yield Heading(1, _("四、督办情况"))
    yield from map(Paragraph, wording.supervised(data))
    yield Heading(1, _("五、诉求热点"))
    yield _topics(data["topics"]) if data["topics"] else Paragraph(_("本期没有收到诉求。"))
    yield Heading(1, _("六、工作要求"))
    for line in circular.requirements.splitlines():
        if line.strip():
            yield Paragraph(line.strip())


def _departments(table):
    rows = [_department(row) for row in table["departments"]]
    total = _department(table["all"] | {"name": _("合计"), "rank": None, "score": None})
    headings = (
        _("部门"),
        _("到期"),
        _("按时"),
        _("逾期办结"),
        _("逾期未办"),
        _("响应率"),
        _("按时办结率"),
        _("解决率"),
        _("满意率"),
        _("得分"),
        _("名次"),
    )
    return Table(
        headings=headings,
        rows=(*rows, total),
        caption=_("各部门诉求办理情况（按名次）"),
        numeric=frozenset(range(1, len(headings))),
        note=_("分子、分母和不计入的件数见平台“三率”页面；名次为“—”的不参加排名。"),
        total=True,
    )


def _department(row):
    shares = [
        rates.percent(row["rates"][code]["value"])
        for code in ("response", "on_time", "solved", "satisfied")
    ]
    counts = [str(row["cases"][name]) for name in ("due", "on_time", "late", "overdue_open")]
    return (row["name"], *counts, *shares, row["score"] or "—", str(row["rank"] or "—"))


def _overdue(rows):
    return Table(
        headings=(
            _("诉求编号"),
            _("事项"),
            _("主办部门"),
            _("时限"),
            _("逾期工作日"),
            _("督办等级"),
        ),
        rows=tuple(
            (
                row["issue"],
                row["title"],
                row["department"],
                _moment(row["due_at"]),
                str(row["days"]),
                wording.colour(row["colour"]),
            )
            for row in rows
        ),
        numeric=frozenset({4}),
        centred=frozenset({3, 5}),
    )


def _moment(text):
    moment = timezone.localtime(datetime.fromisoformat(text))
    return f"{moment:%Y-%m-%d %H:%M}"


def _topics(topics):
    return Table(
        headings=(_("类别"), _("件数"), _("占比")),
        rows=tuple(
            (wording.topic_name(topic), str(topic["count"]), wording.topic_share(topic))
            for topic in topics
        ),
        numeric=frozenset({1, 2}),
        note=wording.topic_base(topics),
    )


def notice_paper(notice):
    """The Paper of a 督办单; its issue comes with it."""
    head = Letterhead.objects.get()
    issue = notice.issue
    with translation.override(LANGUAGE):
        facts = [
            (_("诉求编号"), issue.number),
            (_("督办等级"), str(notice.get_colour_display())),
            (_("企业名称"), issue.enterprise_name),
            (_("收到日期"), wording.day(timezone.localtime(issue.received_at))),
            (_("诉求事项"), issue.title),
            (_("部门时限"), _local(issue.unit_due_at)),
            (_("答复期限"), _local(notice.answer_due_at)),
        ]
        blocks = [KeyValues(tuple(facts)), Paragraph(notice.text)]
        blocks.append(
            Paragraph(
                _("请于%(due)s前通过平台书面答复，说明原因、措施和办结时间。")
                % {"due": _local(notice.answer_due_at)}
            )
        )
        blocks += _outcome(notice)
        return Paper(
            head=head.head,
            number=f"{head.notice_code}{notice.number}",
            title=_("督办单（%(colour)s）") % {"colour": notice.get_colour_display()},
            addressee=notice.department.name,
            blocks=tuple(blocks),
            issuer=head.issuer,
            dated=timezone.localdate(notice.issued_at),
            mark=str(notice.get_colour_display()),
            compact=True,
        )


def _outcome(notice):
    if notice.answered_at:
        said = {"at": _local(notice.answered_at), "name": notice.answered_by.label}
        yield Heading(1, _("答复（%(name)s，%(at)s）") % said)
        yield Paragraph(notice.answer)
    elif notice.withdrawn_at:
        yield Heading(1, _("本单已于%(at)s撤销") % {"at": _local(notice.withdrawn_at)})
        yield Paragraph(notice.withdrawal_reason)


def _local(moment):
    if moment is None:
        return "—"
    local = timezone.localtime(moment)
    return f"{wording.day(local)}{local:%H:%M}"
