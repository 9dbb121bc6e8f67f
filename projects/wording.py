"""A project's facts in words, and amounts with what is known of them."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from ledgers.money import show_both


def facts(project, inside):
    """[(label, text, wide)] of what a reader sees; the rest of the page is for the inside."""
    road = getattr(project, "road", None)
    rows = [
        (_("项目代码"), project.code, False),
        (pgettext("项目", "性质"), project.get_nature_display(), False),
        (_("类别"), project.get_category_display(), False),
        (_("所属产业"), project.industry.label if project.industry else "", False),
        (_("园区"), project.park.label if project.park else "", False),
        (_("建设地点"), project.place, False),
        (_("建设单位"), project.owner_name, False),
        (_("牵头部门"), project.lead_department.label if project.lead_department else "", False),
        (_("总投资"), total_text(project), False),
        (_("用地"), _("%(area)s亩") % {"area": project.land_mu} if project.land_mu else "", False),
    ]
    if road:
        words = {"length": road.length_km.normalize(), "opened": road.opened_km.normalize()}
        rows += [
            (_("道路类型"), road.get_kind_display(), False),
            (_("长度"), _("%(length)s公里，已通车%(opened)s公里") % words, False),
        ]
    if inside:
        rows += [
            (_("其中固定资产投资"), _both(project.fixed_assets), False),
            (_("启用前已完成"), _both(project.carried_investment), False),
            (_("列入名单"), project.listed_on, False),
            (_("入库日期"), project.stat_entered_on, False),
            (
                _("企业联系人"),
                " ".join([project.contact_name, project.contact_phone]).strip(),
                False,
            ),
            (_("依据文件"), project.source_doc, False),
            (_("备注"), project.note, True),
            (_("曾用名"), _("、").join(project.former_names), False),
        ]
    rows.append((_("建设内容和规模"), project.content, True))
    return [row for row in rows if row[1] not in (None, "")]


def total_text(project):
    """The total investment in both units with its remark, or the words it was given in."""
    if project.total_investment is None:
        text = project.total_investment_text
        return _("未定（原文：%(text)s）") % {"text": text} if text else ""
    said = show_both(project.total_investment)
    return f"{said} {project.total_investment_text}".strip()


def _both(amount):
    return show_both(amount) if amount is not None else ""
