"""Key projects as an OC4IDS 0.9 project package, the open standard for infrastructure data
(standard.open-contracting.org/infrastructure). Pure: projects come from ProjectQuerySet.for_oc4ids.

Public works and roads are given in full, other projects that may be published as a summary once
they are signed; what is still being talked about never. What the standard has no place for is
left out, never given empty: it forbids empty texts and lists.
"""

from datetime import date, datetime, time
from decimal import Decimal

from django.utils import timezone

from projects import stages

VERSION = "0.9"
PHASES = {
    stages.PLANNING: "identification",
    stages.NEGOTIATING: "identification",
    stages.SIGNED: "preparation",
    stages.PREPARING: "preparation",
    stages.STARTED: "implementation",
    stages.BUILDING: "implementation",
    stages.FINISHED: "completion",
    stages.OPERATING: "maintenance",
    stages.CAPACITY: "maintenance",
}
# A child code goes with its parent's.
ROAD = ["transport", "transport.road"]
SECTORS = {"industry": ["economy"], "park": ["economy"]}
ROAD_TYPES = {"bottleneck": "expansion", "dead_end": "construction"}
TYPES = {
    "renewal": "rehabilitation",
    "infrastructure": "construction",
    "park": "construction",
    "welfare": "construction",
}
MILESTONES = {
    "filing": ("approval", "projectApproval"),
    "permit": ("approval", ""),
    "land": ("approval", ""),
    "start": ("delivery", "commencement"),
    "finish": ("delivery", "completion"),
    "operation": ("delivery", "commissioning"),
}
PERCENT = {"name": "percent", "scheme": "UNCEFACT", "id": "P1"}


def package(projects, *, uri, publisher, prefix, now):
    """The package as a dict; None where there is no project, since the standard asks for one."""
    found = [project_of(row, prefix, timezone.localdate(now)) for row in projects]
    if not found:
        return None
    return {
        "uri": uri,
        "publishedDate": moment(now),
        "version": VERSION,
        "publisher": {"name": publisher},
        "projects": found,
    }


def project_of(row, prefix, today):
    parties = _Parties()
    shown = {
        "id": f"{prefix}-{row.number.lower()}",
        "updated": moment(row.updated_at),
        "language": "zh",
        "identifiers": _identifiers(row),
        "title": row.name,
        "status": _status(row),
        "sector": ROAD if _road(row) else SECTORS.get(row.category),
        "additionalClassifications": _classifications(row),
        "publicAuthority": parties.department(row.lead_department),
    }
    if is_public_work(row):
        shown |= _works(row, parties, today)
    return _kept(shown | {"parties": parties.listed()})


def is_public_work(row):
    return row.nature == "government" or _road(row) is not None


def _works(row, parties, today):
    parties.owner(row)
    days = {milestone.code: milestone for milestone in row.milestones.all()}
    shown = {
        "description": row.content,
        "type": ROAD_TYPES[_road(row).kind] if _road(row) else TYPES.get(row.category),
        "period": _period(days, "original_on"),
        "implementationPeriod": _period(days, "actual_on"),
        "locations": _locations(row),
        "budget": _budget(row),
        "milestones": _milestones(row, days.values(), today),
        "completion": _completion(days),
    }
    if row.is_inside:
        parties.sponsor(row)
        shown |= {"metrics": _metrics(row), "forecasts": _forecasts(row)}
    return shown


class _Parties:
    """Organisations once each; whatever refers to one gets the id it is listed under."""

    def __init__(self):
        self.found = {}

    def listed(self):
        return [_kept(party) for party in self.found.values()]

    def department(self, department):
        if department is None:
            return None
        key = f"CN-HANGU-{department.code}"
        self.found[key] = {"id": key, "name": department.name, "roles": ["publicAuthority"]}
        return {"id": key, "name": department.name}

    def owner(self, row):
        if not row.owner_name:
            return
        key, identifier = f"{row.number}-owner", None
        if row.owner and row.owner.uscc:
            key = f"CN-USCC-{row.owner.uscc}"
            identifier = {
                "scheme": "CN-USCC",
                "id": row.owner.uscc,
                "legalName": row.owner.name,
            }
        self.found[key] = {
            "id": key,
            "name": row.owner_name,
            "identifier": identifier,
            "roles": ["procuringEntity"],
        }

    def sponsor(self, row):
        """The office alone, never a name."""
        title = row.current_sponsors[0].leader_title if row.current_sponsors else ""
        if title and row.lead_department:
            party = self.found[f"CN-HANGU-{row.lead_department.code}"]
            party["people"] = [{"id": "sponsor", "jobTitle": title}]


def _identifiers(row):
    found = [{"scheme": "CN-HANGU", "id": row.number}]
    return [*found, {"scheme": "CN-TZXM", "id": row.code}] if row.code else found


def _classifications(row):
    found = []
    if row.category:
        label = str(row.get_category_display())
        found.append({"scheme": "CN-HANGU-CATEGORY", "id": row.category, "description": label})
    if row.industry:
        found.append(
            {
                "scheme": "CN-HANGU-INDUSTRY",
                "id": row.industry.code,
                "description": row.industry.name,
            }
        )
    return found


def _status(row):
    if row.stage == stages.TERMINATED:
        return "cancelled"
    # 停缓建 has no code: the phase it stood in stays, and a milestone says so.
    stage = row.stage_before if row.stage == stages.PAUSED else row.stage
    return PHASES.get(stage)


def _road(row):
    return getattr(row, "road", None)


def _period(days, name):
    def of(code):
        found = getattr(days.get(code), name, None)
        return found and day(found)

    return _kept({"startDate": of("start"), "endDate": of("finish")})


def _completion(days):
    finish = days.get("finish")
    return _kept({"endDate": finish and finish.actual_on and day(finish.actual_on)})


def _locations(row):
    """GeoJSON as it is kept: longitude first."""
    geometry = row.geometry
    if geometry:
        geometry = {"type": geometry["type"], "coordinates": geometry["coordinates"]}
    kept = _kept({"description": row.place, "geometry": geometry})
    return [{"id": f"{row.number}-place"} | kept] if kept else None


def _budget(row):
    years = {}
    for plan in row.plans.all() if row.is_inside else ():
        years.setdefault(plan.year, plan)  # newest revision first
    shares = [
        {
            "id": f"plan-{year}",
            "description": f"{year}年度计划投资",  # data: the export is in Chinese throughout
            "amount": money(plan.annual_plan),
            "period": _year(year),
            "approvalDate": day(plan.approved_on),
        }
        for year, plan in sorted(years.items())
        if plan.annual_plan is not None
    ]
    amount = row.total_investment
    breakdowns = [{"id": "annual", "budgetBreakdown": shares}] if shares else None
    return _kept({"amount": amount is not None and money(amount), "budgetBreakdowns": breakdowns})


def _milestones(row, days, today):
    found = [_milestone(milestone, today) for milestone in days]
    if row.stage == stages.PAUSED:
        reason = str(row.get_pause_reason_display())
        title = str(stages.LABELS[stages.PAUSED])
        found.append(
            _kept({"id": "paused", "title": title, "description": reason, "status": "notMet"})
        )
    return found


def _milestone(milestone, today):
    kind, code = MILESTONES.get(milestone.code, ("", ""))
    current = milestone.current_on
    due = milestone.original_on
    late = not milestone.is_met and current is not None and current < today
    return _kept(
        {
            "id": milestone.code,
            "title": str(milestone.get_code_display()),
            "type": kind,
            "code": code,
            "description": milestone.actual_text or milestone.current_text,
            "dueDate": due and day(due),
            # Beyond the standard: the day that was approved later.
            "currentDueDate": current and current != due and day(current),
            "dateMet": milestone.actual_on and day(milestone.actual_on),
            "status": "met" if milestone.is_met else "notMet" if late else "scheduled",
        }
    )


def _metrics(row):
    spent = [r for r in row.counted_reports if r.month_invested is not None]
    seen = [r for r in row.counted_reports if r.physical_percent is not None]
    return [
        *_metric("financialProgress", [_spent(r.month, r.month_invested) for r in spent]),
        *_metric("physicalProgress", [_reached(r) for r in seen]),
    ]


def _forecasts(row):
    """What each month's cumulative plan adds to the one before."""
    found, seen = [], set()
    for plan in row.plans.all():
        if plan.year in seen or not plan.cumulative:
            continue
        seen.add(plan.year)
        before = 0
        for n, text in enumerate(plan.cumulative, start=1):
            reached = Decimal(text)
            found.append(_spent(date(plan.year, n, 1), reached - before))
            before = reached
    return _metric("financialProgress", found)


def _metric(name, observations):
    return [{"id": name, "observations": observations}] if observations else []


def _spent(month, amount):
    return {"id": f"{month:%Y-%m}", "period": _month(month), "value": money(amount)}


def _reached(report):
    return {
        "id": f"{report.month:%Y-%m}",
        "period": _month(report.month),
        "measure": number(report.physical_percent),
        "unit": PERCENT,
    }


def _month(first):
    after = first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)
    return {"startDate": day(first), "endDate": day(after)}


def _year(year):
    return {"startDate": day(date(year, 1, 1)), "endDate": day(date(year, 12, 31))}


def day(value):
    """A local day as the standard wants it: a full time with zone."""
    return timezone.make_aware(datetime.combine(value, time.min)).isoformat()


def moment(value):
    return timezone.localtime(value).isoformat(timespec="seconds")


def money(amount):
    """In yuan, and never without its currency."""
    return {"amount": number(amount), "currency": "CNY"}


def number(value):
    return int(value) if value == int(value) else float(value)


def _kept(shown):
    """Without what is empty; 0 stays."""
    empty = (None, "", [], {})
    return {
        name: value for name, value in shown.items() if value is not False and value not in empty
    }
