"""The pages of promotion work that are no plain list: overview, pipeline board, chain map."""

from collections import defaultdict

from django.utils.translation import gettext as _

from investment import choices, funnel, presenters, workflow
from investment.models import Chain, ChainTarget, Deal, Prospect
from projects import figures

BOARD_ROWS = 60


def overview(user, params, today):
    """A year's figures, rates with their definitions, cohorts, stages and channels."""
    given = params.get("year", "")
    year = int(given) if given.isdecimal() and 1990 <= int(given) <= 2100 else today.year
    found = funnel.year_figures(user, year)
    ratio, is_traced = found["conversion"]
    ever = funnel.deal_figures(Deal.objects.visible_to(user).counted())["rates"]
    return {
        "tabs": presenters.tabs(user, "overview"),
        "year": year,
        "year_text": str(year),
        "years": sorted({year, *funnel.years(user)}, reverse=True),
        "figures": found,
        "conversion": figures.show_percent(ratio),
        "is_traced": is_traced,
        "per_trip": figures.half_up(figures.share(found["prospects"], found["trips"]) or 0, 2)
        if found["trips"]
        else None,
        "largest": figures.show_percent(found["deals"]["largest"]),
        "rate_rows": list(zip(found["deals"]["rates"], ever, strict=True)),
        "cohorts": funnel.cohorts(user),
        "stages": funnel.stage_counts(user, year),
        "channels": funnel.channels(user, year),
        "sees_unsigned": presenters.sees_unsigned(user),
    }


def board(shown):
    """[{label, count, rows}] of the open pipeline, the nearest next step first; None where the
    page is to be a list.
    """
    if shown.kind != "prospect" or shown.params.get("view") == "list":
        return None
    columns = defaultdict(list)
    rows_of_board = shown.queryset.open().for_list().order_by("next_on", "pk")
    for row in rows_of_board:
        columns[row.stage].append(row)
    return [
        {
            "label": workflow.LABELS[stage],
            "count": len(columns[stage]),
            "rows": [
                {"prospect": row, "late": row.next_on < shown.today}
                for row in columns[stage][:BOARD_ROWS]
            ],
        }
        for stage in workflow.OPEN
    ]


def switch(shown):
    """Between board and list, with the filter kept."""
    found = []
    for name, label in (("board", _("看板")), ("list", _("清单"))):
        query = shown.params.copy()
        query.pop("page", None)
        query["view"] = name
        current = (shown.params.get("view") == "list") == (name == "list")
        found.append({"label": label, "url": f"?{query.urlencode()}", "current": current})
    return found


def rows(kind, shown, user):
    """The rows of a list's page with what their cells show beyond the record itself."""
    page = shown.page
    if kind == "prospect":
        return [
            {
                "prospect": row,
                "badge": presenters.stage_badge(row),
                "amount": presenters.amount_text(
                    row.intended_investment, row.intended_investment_text
                ),
                "late": row.is_open and row.next_on < shown.today,
            }
            for row in page
        ]
    if kind == "deal":
        return [
            {
                "deal": row,
                "badge": presenters.deal_badge(row),
                "rate": figures.show_percent(figures.share(row.received, row.agreement_amount)),
            }
            for row in page
        ]
    if kind == "receipt":
        return [presenters.receipt(row, user) for row in page]
    return list(page)


def chains(user):
    """The chains with their nodes by level; targets only for who sees the unsigned."""
    targets = defaultdict(list)
    for target in ChainTarget.objects.visible_to(user):
        targets[target.node_id].append(target)
    prospects = defaultdict(int)
    for number in Prospect.objects.visible_to(user).open().values_list("node", flat=True):
        prospects[number] += 1
    signed = defaultdict(int)
    for number in Deal.objects.visible_to(user).counted().values_list("node", flat=True):
        signed[number] += 1
    found = []
    for chain in Chain.objects.select_related("industry", "chief").prefetch_related(
        "nodes__enterprises", "nodes__head", "nodes__chain"
    ):
        levels = []
        for level, label in choices.NODE_LEVEL:
            nodes = [
                {
                    "node": node,
                    "badge": {
                        "text": node.get_state_display(),
                        "tone": presenters.NODE_TONES[node.state],
                    },
                    "targets": targets[node.pk],
                    "prospects": prospects[node.pk],
                    "signed": signed[node.pk],
                }
                for node in chain.nodes.all()
                if node.level == level
            ]
            levels.append((label, nodes))
        nodes = chain.nodes.all()
        counts = {state: sum(n.state == state for n in nodes) for state, _l in choices.NODE_STATE}
        found.append({"chain": chain, "levels": levels, "counts": counts})
    return {
        "tabs": presenters.tabs(user, "chain"),
        "chains": found,
        "may": presenters.may(user, "chain"),
        "sees_unsigned": presenters.sees_unsigned(user),
    }
