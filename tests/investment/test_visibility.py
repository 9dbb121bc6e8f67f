"""Names of companies that have not signed are for promoters, leaders and auditors: on rows, counts,
search, pages and files.
"""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from accounts.models import ApiKey, User
from api.authentication import KeyPrincipal
from directory.models import Enterprise
from investment import boards, funnel, matching, presenters
from investment.models import (
    Chain,
    ChainTarget,
    Commitment,
    Deal,
    Prospect,
    Receipt,
    TechTransfer,
    Trip,
)
from tests.investment.pipeline import fresh, wan

# What nobody else may read: a visited company, a prospect and a target, and what they want.
SECRETS = ["示例隐名拜访", "示例隐名线索", "示例隐名目标", "示例隐名意向", "示例隐名主题"]
KINDS = ["trip", "prospect", "receipt", "target", "deal", "commitment", "transfer"]
ALL = dict.fromkeys(KINDS, 2)
NONE = dict.fromkeys(KINDS, 0)
SIGNED = NONE | {"deal": 2, "commitment": 2, "transfer": 2}
MAP = NONE | {"transfer": 2}
SEES = {
    "promoter": ALL,
    "leader": ALL,
    "auditor": ALL,
    "key_of_promoter": ALL,
    "planner": SIGNED,
    "coordinator": MAP,
    "handler": MAP,
    "head": MAP,
    "enterprise": NONE | {"deal": 1, "commitment": 1, "transfer": 1},
    "rival": NONE,
    "security": NONE,
    "administrator": NONE,
    "anonymous": NONE,
    "nobody": NONE,
    "system": NONE | {"deal": 1, "commitment": 1, "transfer": 2},
    "blind_system": NONE,
}
MODELS = {
    "trip": Trip,
    "prospect": Prospect,
    "receipt": Receipt,
    "target": ChainTarget,
    "deal": Deal,
    "commitment": Commitment,
    "transfer": TechTransfer,
}
INSIDERS = ["promoter", "leader", "auditor"]
OUTSIDERS = [
    "planner",
    "coordinator",
    "handler",
    "head",
    "enterprise",
    "security",
    "administrator",
    "nobody",
]


def principal(name, *scopes):
    row, _secret = ApiKey.create(name, scopes)
    return KeyPrincipal(row)


@pytest.fixture
def readers(
    pipeline, auditor, coordinator, handler, head, enterprise, security, administrator, person
):
    bound = fresh(pipeline.person("promoter"))
    bound.api_scopes, bound.acting_key = frozenset(["issues:read"]), object()
    rival = Enterprise.objects.create(name="示例别家有限公司")
    return pipeline.people | {
        "auditor": auditor,
        "coordinator": coordinator,
        "handler": handler,
        "head": head,
        "enterprise": enterprise,
        "rival": person("rival", "enterprise", enterprise=rival),
        "security": security,
        "administrator": administrator,
        "anonymous": AnonymousUser(),
        "nobody": User.objects.create_user("nobody"),
        "key_of_promoter": bound,
        "system": principal("system", "investment:read"),
        "blind_system": principal("blind", "issues:read", "projects:read"),
    }


@pytest.fixture
def rows(pipeline, readers):
    """Two of each; the first deal is our enterprise's own, from a prospect and a trip."""
    promoter, own = readers["promoter"], readers["enterprise"].enterprise.name
    trips = [pipeline.trip(theme=f"示例隐名主题{n}") for n in (1, 2)]
    visit = pipeline.visit(trips[0], "示例隐名拜访公司")
    chain = Chain.objects.create(code="glass", name="玻璃链")
    node = matching.save_node(
        user=promoter,
        values={"chain": chain, "level": "up", "name": "原片", "state": "weak"},
        targets=["示例隐名目标甲", "示例隐名目标乙"],
    )
    signed = pipeline.prospect(
        company=own, title="示例隐名意向一", from_trip=trips[0], from_visit=visit, node=node
    )
    pipeline.prospect(company="示例隐名线索公司", title="示例隐名意向二", node=node)
    first = pipeline.deal(
        wan(1000), name="示例玻璃厂", investor_name=own, from_prospect=signed, from_trip=trips[0]
    )
    second = pipeline.deal(wan(10), name="示例框架厂", type="framework")
    for deal in (first, second):
        pipeline.promise(deal)
        pipeline.money(deal, wan(3))
    pipeline.transfer(receiver_name=own)
    pipeline.transfer()
    return {
        "trip": trips[0],
        "prospect": Prospect.objects.get(company="示例隐名线索公司"),
        "signed": signed,
        "deal": first,
        "visit": visit,
    }


@pytest.mark.parametrize("name", SEES)
def test_rows_and_counts(rows, readers, name):
    user = readers[name]
    found = {kind: model.objects.visible_to(user) for kind, model in MODELS.items()}
    assert {kind: len(queryset) for kind, queryset in found.items()} == SEES[name]
    assert {kind: queryset.count() for kind, queryset in found.items()} == SEES[name]


def test_search_finds_only_what_is_seen(rows, readers):
    asked = {
        "trip": (Trip, "隐名拜访"),
        "prospect": (Prospect, "隐名线索"),
        "receipt": (Receipt, "示例玻璃厂"),
        "deal": (Deal, "示例玻璃厂"),
    }
    for name, sees in SEES.items():
        for kind, (model, words) in asked.items():
            found = model.objects.visible_to(readers[name]).search(words).count()
            assert found == min(sees[kind], 1), (name, kind)


def test_figures_are_of_what_is_seen(rows, readers):
    for name, sees in SEES.items():
        found = funnel.year_figures(readers[name], 2026)
        assert (found["trips"], found["prospects"]) == (sees["trip"], sees["prospect"]), name
        assert found["deals"]["count"] == min(sees["deal"], 1), name
        stages = funnel.stage_counts(readers[name])
        assert sum(number for _code, _label, number in stages) == sees["prospect"], name
        channels = funnel.channels(readers[name])
        assert sum(row["prospects"] for row in channels) == sees["prospect"], name


def test_the_map_shows_targets_and_prospects_to_who_sees_them(rows, readers):
    for name in ("promoter", "leader", "auditor", "planner", "coordinator", "handler", "head"):
        found = boards.chains(readers[name])
        nodes = [node for _label, nodes in found["chains"][0]["levels"] for node in nodes]
        sees = SEES[name]
        assert [len(node["targets"]) for node in nodes] == [sees["target"]]
        assert [node["prospects"] for node in nodes] == [sees["prospect"] // 2]


def test_the_line_of_a_deal_names_no_trip_and_no_prospect_to_a_planner(rows, readers):
    row = Deal.objects.for_list().get(pk=rows["deal"].pk)
    for name, steps in (("planner", 1), ("leader", 3), ("auditor", 3), ("promoter", 3)):
        assert len(presenters.lineage(row, readers[name], None)) == steps
        shown = presenters.deal(row, readers[name], row.signed_on)
        assert len(shown["receipts"]) == (0 if name == "planner" else 1)


# Pages


@pytest.fixture
def go(client, frozen, readers):
    def call(name, address, data=None, **query):
        client.force_login(readers[name])
        if data is not None:
            return client.post(address, data)
        return client.get(address, query)

    return call


def content(response):
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return body.decode("utf-8", "replace")


def addresses(rows):
    """[(kind, address, query)] of every page of promotion work that can be looked at."""
    found = [("overview", reverse("investment:overview"), {})]
    found.append(("chain", reverse("investment:chains"), {}))
    for kind in ("trip", "prospect", "deal", "receipt", "transfer"):
        address = reverse(f"investment:{kind}s")
        for query in ({}, {"view": "list"}, {"view": "board"}, {"q": "隐名"}):
            found.append((kind, address, query))
        found.append((kind, address, {"format": "csv"}))
        found.append((kind, address, {"format": "csv", "q": "隐名"}))
    for kind in ("trip", "prospect", "deal"):
        found.append((kind, reverse(f"investment:{kind}", args=[rows[kind].number]), {}))
    return found


def forms(rows):
    """[(kind, address)] of every deed on what is not signed."""
    trip, prospect, visit = rows["trip"].number, rows["prospect"].number, rows["visit"].pk
    yield reverse("investment:trip_new")
    yield reverse("investment:trip_edit", args=[trip])
    yield reverse("investment:trip_visit", args=[trip])
    yield reverse("investment:prospect_new")
    yield reverse("investment:prospect_from", args=[f"visit-{visit}"])
    yield reverse("investment:prospect_edit", args=[prospect])
    yield reverse("investment:prospect_follow", args=[prospect])
    yield reverse("investment:prospect_move", args=[prospect, "lost"])
    yield reverse("investment:deal_from", args=[prospect])
    yield reverse("investment:node", args=["new"])


MAY_OPEN = {
    "overview": {*INSIDERS, "planner"},
    "trip": set(INSIDERS),
    "prospect": set(INSIDERS),
    "receipt": set(INSIDERS),
    "deal": {*INSIDERS, "planner", "enterprise"},
    "chain": {*INSIDERS, "planner", "coordinator", "handler", "head"},
    "transfer": {*INSIDERS, "planner", "coordinator", "handler", "head", "enterprise"},
}


def expected(name, kind):
    if name in MAY_OPEN[kind]:
        return {200}
    # The chain map is the overview of those who see nothing else.
    return {302} if kind == "overview" and name in MAY_OPEN["transfer"] else {403, 404}


@pytest.mark.parametrize("name", OUTSIDERS)
def test_others_read_no_secret_on_any_page_or_file(go, rows, name):
    seen = 0
    for kind, address, query in addresses(rows):
        response = go(name, address, **query)
        assert response.status_code in expected(name, kind), (address, query)
        body = content(response)
        # What was searched for is shown again in its own field.
        if "q" not in query:
            assert not [word for word in SECRETS if word in body], (address, query)
        else:
            assert not [word for word in SECRETS if word.removeprefix("示例") in body]
        seen += 1
    assert seen > 30


@pytest.mark.parametrize("name", OUTSIDERS)
def test_others_open_no_form_of_it_and_change_nothing(go, rows, name):
    before = Trip.objects.count(), Prospect.objects.count()
    for address in forms(rows):
        for data in (None, {"version": "1"}):
            response = go(name, address, data)
            assert response.status_code in (403, 404), address
            assert not [word for word in SECRETS if word in content(response)]
    assert (Trip.objects.count(), Prospect.objects.count()) == before


@pytest.mark.parametrize("name", INSIDERS)
def test_who_may_reads_them(go, rows, name):
    lists = {"trip": "示例隐名主题", "prospect": "示例隐名线索公司"}
    for kind, word in lists.items():
        address = reverse(f"investment:{kind}s")
        for query in ({}, {"view": "list"}, {"format": "csv"}, {"q": "隐名"}):
            response = go(name, address, **query)
            assert response.status_code == 200
            assert word in content(response), (kind, query)
    for kind, word in {"trip": "示例隐名拜访", "prospect": "示例隐名线索"}.items():
        address = reverse(f"investment:{kind}", args=[rows[kind].number])
        assert word in content(go(name, address))
    assert "示例隐名目标" in content(go(name, reverse("investment:chains")))


@pytest.mark.parametrize("name", ["leader", "auditor"])
def test_who_reads_but_does_not_promote_opens_no_form(go, rows, name):
    for address in forms(rows):
        assert go(name, address).status_code == 403, address


def test_a_promoter_opens_every_form(go, rows):
    for address in forms(rows):
        status = go("promoter", address).status_code
        # One visit has become a prospect already.
        assert status == (404 if "visit-" in address else 200), address


def test_who_is_not_signed_in_is_asked_to(client, rows):
    for _kind, address, query in addresses(rows):
        response = client.get(address, query)
        assert response.status_code == 302
        assert "login" in response.url


def test_a_planner_sees_what_is_signed(go, rows):
    address = reverse("investment:deal", args=[rows["deal"].number])
    for page in (address, reverse("investment:deals")):
        assert "示例玻璃厂" in content(go("planner", page))
    assert "示例玻璃厂" in content(go("planner", reverse("investment:deals"), format="csv"))


def test_an_enterprise_sees_its_own_transfers_and_deals_without_the_inside(go, rows):
    own, other = TechTransfer.objects.order_by("pk")
    page = reverse("investment:transfer", args=[own.number])
    assert go("enterprise", page).status_code == 200
    assert go("rival", page).status_code == 404
    assert go("enterprise", page.replace(own.number, other.number)).status_code == 404
    deal = reverse("investment:deal", args=[rows["deal"].number])
    assert go("rival", deal).status_code == 404
    seen = go("enterprise", deal)
    assert "示例玻璃厂" in content(seen)
    shown = seen.context
    assert (shown["events"], shown["receipts"], shown["money"]) == ([], [], None)
    assert len(shown["commitments"]) == 1
    listed = content(go("enterprise", reverse("investment:deals")))
    assert "示例玻璃厂" in listed
    assert "示例框架厂" not in listed


def test_the_file_of_deals_tells_what_came_in_to_who_sees_it_on_the_page(go, rows):
    for name, sees in (("promoter", True), ("planner", False), ("enterprise", False)):
        heads = content(go(name, reverse("investment:deals"), format="csv")).splitlines()[0]
        assert ("到位资金" in heads, "来自线索" in heads) == (sees, sees), name
        assert "协议投资额" in heads


def test_the_key_project_of_a_deal_tells_nothing_of_where_it_came_from(go, rows, pipeline):
    project = pipeline.land(rows["deal"])
    address = reverse("projects:detail", args=[project.number])
    body = content(go("planner", address))
    assert project.name in body
    assert not [word for word in SECRETS if word in body]
