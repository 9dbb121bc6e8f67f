"""One row of everything the API lists, seen by different people."""

from datetime import date
from decimal import Decimal

from django.utils import timezone

from cockpit.models import Target
from investment.models import Deal, Institute, Prospect, Receipt, TechTransfer, Trip, TripVisit
from projects.models import (
    ApprovalItem,
    ApprovalStep,
    KeyProject,
    Milestone,
    PlanYear,
    ProgressReport,
    RoadWork,
    Sponsorship,
    SponsorVisit,
)

AMOUNT = Decimal("13691000000.00")


def everything(*, departments, enterprise, leader, promoter, planner):
    """{kind: row}. The project is hidden from the public and led by the construction bureau."""
    now, bureau = timezone.now(), departments["construction-bureau"]
    project = KeyProject.objects.create(
        number="HG-2026-001",
        code="2601-130272-89-01-000001",
        name="示例玻璃深加工",
        stage="building",
        stage_before="",
        level="city",
        nature="government",
        category="infrastructure",
        owner_name="示例业主",
        total_investment=AMOUNT,
        geometry={"type": "LineString", "coordinates": [[117.79, 39.38], [117.8, 39.39]]},
        lead_department=bureau,
        is_public=False,
        light="red",
    )
    RoadWork.objects.create(project=project, kind="dead_end", length_km="2.500")
    Sponsorship.objects.create(
        project=project,
        leader=leader,
        leader_title="示例·副主任",
        lead_department=bureau,
        since=date(2026, 1, 1),
    )
    made = {"project": project, "road": project} | _inside(project, leader, planner, now)
    return made | _pipeline(project, enterprise, promoter, now)


def _inside(project, leader, planner, now):
    PlanYear.objects.create(
        project=project,
        year=2026,
        category="continuing",
        annual_plan=Decimal("1200000.00"),
        cumulative=[str(100_000 * n) for n in range(1, 13)],
        approved_on=date(2026, 1, 5),
        entered_at=now,
    )
    item = ApprovalItem.objects.order_by("pk").first()
    return {
        "milestone": Milestone.objects.create(
            project=project,
            code="start",
            original_on=date(2026, 1, 10),
            current_on=date(2026, 2, 10),
            actual_on=date(2026, 2, 9),
        ),
        "inner_milestone": Milestone.objects.create(
            project=project, code="land", original_on=date(2026, 3, 1), current_on=date(2026, 3, 1)
        ),
        "approval": ApprovalStep.objects.create(project=project, item=item),
        "progress": ProgressReport.objects.create(
            project=project,
            month=date(2026, 1, 1),
            status="locked",
            counts=True,
            verified_at=now,
            month_invested=Decimal("150000.00"),
            physical_percent=Decimal("12.5"),
        ),
        "visit": SponsorVisit.objects.create(
            project=project, leader=leader, visited_on=date(2026, 3, 2), findings="示例：已到现场"
        ),
    }


def _pipeline(project, enterprise, promoter, now):
    trip = Trip.objects.create(
        number="WC-2026-001", theme="示例招商", start_on=date(2026, 2, 2), end_on=date(2026, 2, 4)
    )
    visit = TripVisit.objects.create(trip=trip, company="示例秘密公司")
    prospect = Prospect.objects.create(
        number="XS-2026-001",
        company="示例秘密公司",
        title="示例秘密项目",
        channel="team",
        from_trip=trip,
        from_visit=visit,
        owner=promoter,
        next_action="示例：约谈",
        next_on=date(2026, 3, 20),
        received_on=date(2026, 2, 4),
        touched_on=date(2026, 2, 4),
    )
    deal = Deal.objects.create(
        number="QY-2026-001",
        contract_no="0012345",
        name="示例签约项目",
        type="formal",
        investor_name=enterprise.name,
        investor=enterprise,
        agreement_amount=AMOUNT,
        signed_on=date(2026, 2, 20),
        from_prospect=prospect,
        from_trip=trip,
        project=project,
    )
    Deal.objects.create(number="QY-2026-002", name="示例意向", type="intention")
    made = {"trip": trip, "prospect": prospect, "deal": deal, "enterprise": enterprise}
    made["target"] = Target.objects.create(
        number="MB-2026-01", year=2026, name="示例指标", unit="家", goal=5
    )
    return made | _after_signing(project, deal, enterprise)


def _after_signing(project, deal, enterprise):
    receipt = Receipt.objects.create(
        number="DZ-2026-0001",
        deal=deal,
        received_on=date(2026, 3, 1),
        kind="domestic",
        sub_kind="capital",
        payer="示例付款方",
        amount=Decimal("5000000.00"),
        amount_yuan=Decimal("5000000.00"),
        evidence="bank",
        evidence_no="示例-1",
    )
    institute = Institute.objects.create(name="示例大学", kind="university", city="天津")
    transfer = TechTransfer.objects.create(
        number="CG-2026-001",
        title="示例成果",
        provider=institute,
        receiver_name=enterprise.name,
        receiver=enterprise,
        form="licence",
        stage="signed",
        project=project,
    )
    return {"receipt": receipt, "transfer": transfer}
