"""Who sees which project, and what of it: on rows, in annotations, counts, search and totals."""

from datetime import date

import pytest
from django.contrib.auth.models import AnonymousUser

from accounts.models import ApiKey, User
from api.authentication import KeyPrincipal
from directory.models import Department, Enterprise
from projects import snapshots
from projects.models import (
    ApprovalStep,
    DateChange,
    Document,
    KeyProject,
    ProgressReport,
    SponsorVisit,
)
from tests.projects.works import at, fresh, pdf, wan

FEBRUARY = date(2026, 2, 1)
ALL = {"led", "secret", "other", "hidden"}
# persona → (rows it sees, rows it sees from the inside)
SEES = {
    "planner": (ALL, ALL),
    "leader": (ALL, ALL),
    "sponsor": (ALL, ALL),
    "auditor": (ALL, ALL),
    "coordinator": (ALL, ALL),
    "handler": ({"led", "secret", "other"}, {"led", "secret"}),
    "head": ({"led", "secret", "other"}, {"led", "secret"}),
    "member": ({"led", "other", "hidden"}, {"led", "hidden"}),
    "outsider": ({"led", "other", "hidden"}, {"other", "hidden"}),
    "stranger": ({"led", "other"}, set()),
    "stray": ({"led", "other"}, set()),
    "promoter": ({"led", "other"}, set()),
    "enterprise": ({"led", "secret"}, set()),
    "rival": ({"other", "hidden"}, set()),
    "security": (set(), set()),
    "administrator": (set(), set()),
    "anonymous": (set(), set()),
    "nobody": (set(), set()),
    "system": ({"led", "other"}, set()),
    "blind_system": (set(), set()),
    "key_of_outsider": ({"led", "other", "hidden"}, {"other", "hidden"}),
}


def principal(name, *scopes):
    row, _secret = ApiKey.create(name, scopes)
    return KeyPrincipal(row)


@pytest.fixture
def readers(
    works, member, promoter, auditor, coordinator, security, administrator, enterprise, person
):
    stranger = Department.objects.create(code="hb", name="生态环境局")
    rival = Enterprise.objects.create(name="示例别家有限公司")
    bound = fresh(works.people["outsider"])
    bound.api_scopes, bound.acting_key = frozenset(["issues:read"]), object()
    return works.people | {
        "member": member,
        "promoter": promoter,
        "auditor": auditor,
        "coordinator": coordinator,
        "security": security,
        "administrator": administrator,
        "enterprise": enterprise,
        "rival": person("rival", "enterprise", enterprise=rival),
        "stranger": person("stranger", "handler", department=stranger),
        "stray": person("stray", "department_head"),
        "anonymous": AnonymousUser(),
        "nobody": User.objects.create_user("nobody"),
        "system": principal("system", "projects:read"),
        "blind_system": principal("blind", "issues:read", "issues:write"),
        "key_of_outsider": bound,
    }


@pytest.fixture
def rows(works, readers):
    """Two of our enterprise and department, two of others; one of each is not public. All are
    sponsored, planned, reported, judged, visited and have a paper and a request.
    """
    mine, others = readers["enterprise"].enterprise.name, readers["rival"].enterprise.name
    sw = readers["member"].department
    made = {}
    for name, public, department, owner, members, total in (
        ("led", True, "zj", mine, [sw], 1),
        ("secret", False, "zj", mine, [], 10),
        ("other", True, "zr", others, [], 100),
        ("hidden", False, "zr", others, [sw], 1000),
    ):
        project = works.project(
            "building",
            now=at(2026, 1, 5),
            name=f"示例{name}工程",
            owner_name=owner,
            is_public=public,
            total_investment=wan(total),
            lead_department=works.departments[department],
            days={"finish": (date(2026, 9, 1), None)},
        )
        works.sponsor(project, "sponsor", department=department, members=members)
        works.plan(project, 2026, wan(total * 12), now=at(2026, 1, 5))
        works.report(project, FEBRUARY, wan(total), by="planner", verifier="second_planner")
        works.visit(project, by="sponsor", leader="sponsor", files=[pdf()])
        works.ask(project, "finish", new_on=date(2026, 10, 1), by="planner")
        works.decided(project, "filing")
        made[name] = project
    snapshots.take(works.now)
    return made


def names(queryset):
    return {project.name.removeprefix("示例").removesuffix("工程") for project in queryset}


def names_in_order(queryset):
    return [name for project in queryset for name in names([project])]


def listed(user):
    """As a list shows them."""
    rows = KeyProject.objects.visible_to(user).with_light(user).with_figures(user, 2026)
    return rows.with_stage_at(at(2027, 1, 1))


def everyone(readers):
    """(user, names he sees, names he reads from the inside) of each persona."""
    return [(readers[name], *SEES[name]) for name in SEES]


def test_rows(rows, readers):
    for user, sees, inside in everyone(readers):
        visible = KeyProject.objects.visible_to(user)
        assert names(visible) == sees, user
        assert visible.count() == len(sees), user
        assert names(visible.inside_for(user)) == inside, user


@pytest.mark.parametrize(
    ("as_of", "moment"), [(None, None), (date(2026, 3, 12), at(2026, 3, 12, 23))]
)
def test_nothing_internal_is_in_any_annotation_of_a_row_seen_from_outside(
    as_of, moment, rows, readers
):
    for user, _sees, inside in everyone(readers):
        found = KeyProject.objects.visible_to(user).with_light(user, as_of)
        for row in found.with_figures(user, 2026, moment):
            internal = (
                row.shown_light,
                row.shown_reason,
                row.annual_plan,
                row.invested_ytd,
                row.reported_total,
                row.last_month,
            )
            if names([row]) <= inside:
                assert all(internal), (user, row)
            else:
                assert internal == ("", "", None, None, None, None), (user, row)


def test_a_public_word_finds_what_one_sees_and_nothing_else(rows, readers):
    for user, sees, _inside in everyone(readers):
        visible = KeyProject.objects.visible_to(user)
        assert names(visible.search("工程", user)) == sees, user
        for name, project in rows.items():
            for words in (project.name, f"示例 {project.number.lower()}"):
                assert names(visible.search(words, user)) == {name} & sees, user
                assert visible.search(words, user).count() == len({name} & sees), user


def test_the_name_of_the_lead_department_finds_what_one_sees(rows, readers, departments):
    """It stands on the public side of the page."""
    led_by = {"zj": {"led", "secret"}, "zr": {"other", "hidden"}}
    for user, sees, _inside in everyone(readers):
        visible = KeyProject.objects.visible_to(user)
        for code, led in led_by.items():
            word = departments[code].name
            assert names(visible.search(word, user)) == led & sees, (user, word)
        assert not visible.search("住建局 自然资源局", user).exists()


def test_an_internal_word_finds_only_what_one_reads_from_the_inside(rows, readers):
    for user, _sees, inside in everyone(readers):
        visible = KeyProject.objects.visible_to(user)
        assert names(visible.search("示例sponsor", user)) == inside, user
        assert names(visible.search("工程 示例sponsor", user)) == inside, user
        assert not visible.search("示例leader", user).exists(), user


def test_a_filter_by_something_internal_narrows_to_the_inside(rows, readers):
    (light,) = set(KeyProject.objects.values_list("light", flat=True))
    for user, sees, inside in everyone(readers):
        shown = listed(user)
        assert names(shown.matching(user, light=light)) == inside, user
        assert names(shown.matching(user, light="grey")) == set(), user
        assert names(shown.matching(user, sponsor=readers["sponsor"])) == inside, user
        assert names(shown.matching(user, sponsor=readers["leader"])) == set(), user
        assert names(shown.matching(user, stage="building", light="")) == sees, user
        assert shown.lights_of() == ({light: len(inside)} if inside else {}), user


def test_totals_add_up_what_one_sees(rows, readers):
    worth = {"led": wan(1), "secret": wan(10), "other": wan(100), "hidden": wan(1000)}
    KeyProject.objects.filter(pk=rows["other"].pk).update(total_investment=None)
    for user, sees, inside in everyone(readers):
        within = sum(worth[name] for name in inside)
        assert listed(user).totals() == {
            "count": len(sees),
            "investment": sum(worth[name] for name in sees - {"other"}) or None,
            "unknown": len(sees & {"other"}),
            "plan": within * 12 or None,
            "ytd": within or None,
        }, user


def test_an_order_by_light_says_nothing_to_who_may_not_see_it(rows, readers):
    KeyProject.objects.filter(pk=rows["led"].pk).update(light="red")
    for user, sees, inside in everyone(readers):
        order = names_in_order(listed(user).by_severity())
        first = [name for name in ("led",) if name in inside]
        rest = [name for name in ("hidden", "other", "secret", "led") if name in sees - {*first}]
        # Those one reads from the inside stand before those without a light to him.
        assert order == first + sorted(rest, key=lambda name: name not in inside), user


@pytest.mark.parametrize(
    "model", [ProgressReport, DateChange, SponsorVisit, Document, ApprovalStep]
)
def test_what_hangs_on_a_project_is_internal(model, rows, readers):
    for user, _sees, inside in everyone(readers):
        found = model.objects.visible_to(user)
        assert names(KeyProject.objects.filter(pk__in=found.values("project"))) == inside, user
        assert found.count() == len(inside), user


def test_what_a_caller_may_name(rows, readers):
    def known(user, key):
        return names(KeyProject.objects.known_to(user, key))

    assert known(None, None) == set()
    assert known(None, ApiKey.objects.first()) == {"led", "other"}
    assert known(readers["enterprise"], None) == {"led", "secret"}


def test_who_changes_department_changes_what_he_sees_at_once(rows, handler, departments):
    handler.department = departments["zr"]
    handler.save()
    assert names(KeyProject.objects.visible_to(fresh(handler))) == {"led", "other", "hidden"}


def test_who_is_no_member_any_more_sees_the_public_side(works, rows, member):
    works.sponsor(
        rows["hidden"], "leader", department="zr", since=date(2026, 3, 13), reason="调整。"
    )
    assert names(KeyProject.objects.visible_to(member)) == {"led", "other"}
    works.sponsor(rows["led"], "leader", since=date(2026, 3, 13), reason="调整。")
    assert names(KeyProject.objects.inside_for(member)) == set()


def test_waiting_lists_hold_what_one_may_decide(rows, readers):
    for persona, user in readers.items():
        waiting = DateChange.objects.waiting_for(user)
        assert waiting.count() == (4 if persona == "sponsor" else 0), persona
