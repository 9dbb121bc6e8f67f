"""The sentences of a circular, from its snapshot and data alone: the page and the paper show the
very same, in the reader's language and in the district's.
"""

from datetime import datetime

from django.utils import formats, timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from cockpit import rates
from issues.choices import COLOUR


def day(value):
    """2026年3月9日, Arabic figures without leading zeros (GB/T 9704-2012, 7.3.5.4)."""
    return formats.date_format(value, _("Y年n月j日"))


def name(row, field="name"):
    """A department or category in the reader's language."""
    english = (get_language() or "").startswith("en")
    return row.get(f"{field}_en") if english and row.get(f"{field}_en") else row[field]


def opening(circular):
    as_of = timezone.localtime(datetime.fromisoformat(circular.snapshot.data["as_of"]))
    said = {
        "start": day(circular.start),
        "end": day(circular.end),
        "as_of": day(as_of),
        "time": f"{as_of:%H:%M}",
    }
    text = _(
        "现将%(start)s至%(end)s企业诉求办理情况通报如下。各项比率按办理时限的到期日统计，"
        "数据截至%(as_of)s%(time)s。"
    )
    return text % said


def overall(circular):
    """The sentences of the first part: what came and went, what fell due, the rates."""
    whole = circular.snapshot.data["all"]
    return [
        _flow(circular),
        due(whole["cases"]),
        _("；").join(rate(code, whole["rates"][code]) for code in rates.RATES)
        + _("。企业未评价%(count)s件，不计入解决率和满意率。")
        % {"count": whole["answers"]["not_rated"]},
    ]


def _flow(circular):
    flow = circular.data["flow"]
    change = flow["received"] - circular.data["before"]["received"]
    if change > 0:
        compared = _("比上期增加%(count)s件") % {"count": change}
    elif change < 0:
        compared = _("比上期减少%(count)s件") % {"count": -change}
    else:
        compared = _("与上期持平")
    text = _(
        "本期收到企业诉求%(received)s件，%(compared)s；交办%(assign)s件次，办结%(resolve)s件次，"
        "销号%(close)s件次，不予受理%(decline)s件，重新办理%(reopen)s件次。"
    )
    return text % (flow | {"compared": compared})


def due(cases):
    """What became of the cases due in the period, and what is left out and why."""
    excluded = cases["returned"] + cases["handed_over"] + cases["void"]
    text = _(
        "办理时限在本期到期%(due)s件，其中按时办结%(on_time)s件（含经批准延期%(put_off)s件），"
        "逾期办结%(late)s件，逾期未办结%(overdue_open)s件。另有退回成立、改派和终止办理%(excluded)s件"
        "不计入，无时限%(no_deadline)s件单列。"
    )
    return text % (cases | {"excluded": excluded})


def rate(code, figures):
    """按时办结率85.7%（12/14）."""
    said = {
        "name": rates.RATES[code],
        "value": rates.percent(figures["value"]),
        "numerator": figures["numerator"],
        "denominator": figures["denominator"],
    }
    return _("%(name)s%(value)s（%(numerator)s/%(denominator)s）") % said


def ranking(table):
    """First and last of the ranked, who is below the floor, and who is not ranked."""
    rows = [row for row in table["departments"] if row["rank"]]
    found = [rule(table)]
    if rows:
        first = [name(row) for row in rows if row["rank"] == rows[0]["rank"]]
        found.append(
            _("综合得分居首的是%(names)s（%(score)s分）。")
            % {"names": _("、").join(first), "score": rows[0]["score"]}
        )
    floor = table["rule"]["floor"]
    low = [
        name(row)
        for row in rows
        if row["rates"]["satisfied"]["value"]
        and float(row["rates"]["satisfied"]["value"]) * 100 < floor
    ]
    if low:
        said = {"floor": floor, "names": _("、").join(low)}
        found.append(_("满意率低于%(floor)s%%的有%(names)s。") % said)
    if few := [name(row) for row in table["departments"] if row["unranked"] == "few"]:
        said = {"minimum": table["rule"]["minimum"], "names": _("、").join(few)}
        found.append(_("到期不足%(minimum)s件、只列不排名的有%(names)s。") % said)
    return found


def rule(table):
    return (
        _(
            "按排名规则第%(version)s版，综合得分＝响应率×%(response)s＋解决率×%(solved)s＋"
            "满意率×%(satisfied)s，基本满意按%(basically)s折算。"
        )
        % table["rule"]
    )


def supervised(data):
    """Notices of the period, and who is named."""
    notices = data["notices"]
    counts = [
        _("%(colour)s%(count)s份") % {"colour": label, "count": notices["issued"][code]}
        for code, label in COLOUR
        if notices["issued"].get(code)
    ]
    total = sum(notices["issued"].values())
    said = notices | {"total": total, "counts": _("、").join(counts)}
    if not total:
        found = [_("本期未签发督办单。")]
    else:
        found = [
            _(
                "本期签发督办单%(total)s份（%(counts)s），已答复%(answered)s份，"
                "逾期未答复%(overdue)s份，撤销%(withdrawn)s份。"
            )
            % said
        ]
    for row in data["named"]:
        text = _(
            "红色督办单%(notice)s：%(department)s承办的“%(title)s”（%(issue)s），予以点名通报。"
        )
        found.append(text % row)
    return found


def topic_share(topic):
    return f"{topic['tenths'] / 10:.1f}%"


def topic_base(topics):
    base = sum(topic["count"] for topic in topics)
    return _("占比以本期收到的%(base)s件为基数，合计100%%。") % {"base": base}


def topic_name(topic):
    return name(topic) if topic["code"] else _("未分类")


def colour(code):
    return str(dict(COLOUR).get(code, "—"))
