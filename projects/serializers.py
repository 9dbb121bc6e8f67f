"""A project and its rows as REST clients see them. The inside of a project is empty for who reads
its public side alone: the annotations of ProjectQuerySet say so, row by row.
"""

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.serializers import (
    CurrencyField,
    MomentField,
    MoneyField,
    SparseSerializer,
    through,
)
from projects import figures, presenters


@extend_schema_field({"type": "object", "description": "GeoJSON, WGS84, longitude first."})
class GeometryField(serializers.JSONField):
    pass


class DatesSerializer(serializers.Serializer):
    """One key date, three ways; where a day is known in words only, `text` has them."""

    original = serializers.DateField(allow_null=True)
    current = serializers.DateField(allow_null=True)
    actual = serializers.DateField(allow_null=True)
    text = serializers.CharField()


def dates(project, name):
    row = next((row for row in project.key_milestones if row.code == name), None)
    if row is None:
        return {"original": None, "current": None, "actual": None, "text": ""}
    words = row.actual_text or row.current_text or row.original_text
    days = {"original": row.original_on, "current": row.current_on, "actual": row.actual_on}
    return days | {"text": words}


class PositionSerializer(SparseSerializer):
    """What a project and a road have in common."""

    number = serializers.CharField()
    code = serializers.CharField(allow_null=True)
    name = serializers.CharField()
    level = serializers.CharField()
    level_label = through("get_level_display")
    stage = serializers.CharField()
    stage_label = through("get_stage_display")
    lead_department = through("lead_department.code")
    lead_department_label = through("lead_department.label")
    planned_start = serializers.SerializerMethodField()
    planned_finish = serializers.SerializerMethodField()

    @extend_schema_field(DatesSerializer)
    def get_planned_start(self, project):
        return dates(project, "start")

    @extend_schema_field(DatesSerializer)
    def get_planned_finish(self, project):
        return dates(project, "finish")


class InvestedField(MoneyField):
    """Everything invested so far, what was carried included."""

    def get_attribute(self, project):
        return presenters.invested_total(project, None)


class ProjectSerializer(PositionSerializer):
    category = serializers.CharField()
    category_label = through("get_category_display")
    nature = serializers.CharField()
    nature_label = through("get_nature_display")
    industry = through("industry.code")
    industry_label = through("industry.label")
    park = through("park.code")
    park_label = through("park.label")
    place = serializers.CharField()
    content = serializers.CharField()
    owner = serializers.CharField(source="owner_name")
    owner_id = serializers.IntegerField(allow_null=True)
    total_investment = MoneyField()
    total_investment_text = serializers.CharField()
    annual_plan = MoneyField()
    invested_ytd = MoneyField()
    invested_total = InvestedField()
    currency = CurrencyField()
    completion_rate = serializers.SerializerMethodField()
    time_lead = serializers.SerializerMethodField()
    light = serializers.CharField(source="shown_light", allow_null=True)
    light_reason = serializers.SerializerMethodField()
    sponsor = serializers.SerializerMethodField()
    operation = serializers.SerializerMethodField()
    length_km = serializers.DecimalField(7, 3, source="road.length_km", allow_null=True)
    geometry = GeometryField(allow_null=True)
    from_deal = serializers.CharField(source="seen_deal", allow_null=True)
    open_issues = serializers.SerializerMethodField()
    listed_on = serializers.DateField(allow_null=True, format=None)
    updated_at = MomentField()
    version = serializers.IntegerField()

    def get_completion_rate(self, project) -> float | None:
        """Invested this year ÷ the year's plan, four decimals."""
        ratio = figures.completion(project.invested_ytd, project.annual_plan)
        return None if ratio is None else float(figures.half_up(ratio, 4))

    def get_time_lead(self, project) -> float | None:
        """Percentage points before the share of the year that has passed."""
        points = presenters.lead_points(project)
        return None if points is None else float(points)

    def get_light_reason(self, project) -> str:
        return presenters.shown_reason(project)

    def get_sponsor(self, project) -> str:
        return presenters.sponsor_label(project, None)

    @extend_schema_field(DatesSerializer)
    def get_operation(self, project):
        return dates(project, "operation")

    def get_open_issues(self, project) -> int:
        """Of those the caller sees."""
        return project.open_issues or 0


class RoadSerializer(PositionSerializer):
    kind = serializers.CharField(source="road.kind")
    kind_label = through("road.get_kind_display")
    road_class = serializers.CharField(source="road.road_class")
    road_class_label = through("road.get_road_class_display")
    length_km = serializers.DecimalField(7, 3, source="road.length_km")
    opened_km = serializers.DecimalField(7, 3, source="road.opened_km")
    opened_on = serializers.DateField(source="road.opened_on", allow_null=True, format=None)
    begins_at = serializers.CharField(source="road.begins_at")
    ends_at = serializers.CharField(source="road.ends_at")
    width_m = serializers.DecimalField(5, 1, source="road.width_m", allow_null=True)
    geometry = GeometryField(allow_null=True)
    updated_at = MomentField()


class MilestoneSerializer(SparseSerializer):
    id = serializers.IntegerField()
    code = serializers.CharField()
    code_label = through("get_code_display")
    original_on = serializers.DateField(allow_null=True, format=None)
    original_text = serializers.CharField()
    current_on = serializers.DateField(allow_null=True, format=None)
    current_text = serializers.CharField()
    actual_on = serializers.DateField(allow_null=True, format=None)
    actual_text = serializers.CharField()
    state = serializers.SerializerMethodField()
    missed = serializers.BooleanField()
    weight = serializers.IntegerField()
    department = through("department.code")
    department_label = through("department.label")
    updated_at = MomentField()

    def get_state(self, row) -> str:
        """met, late, done, overdue, open or unknown."""
        return row.state(timezone.localdate(self.context["now"]))


class ApprovalSerializer(SparseSerializer):
    id = serializers.IntegerField()
    item = serializers.CharField(source="item.code")
    item_label = through("item.label")
    stage = serializers.IntegerField(source="item.stage")
    stage_label = through("item.get_stage_display")
    authority = through("authority.code")
    authority_label = through("authority.label")
    state = serializers.CharField()
    required = serializers.BooleanField()
    waived_reason = serializers.CharField()
    statutory_days = serializers.IntegerField(allow_null=True)
    committed_days = serializers.IntegerField(allow_null=True)
    original_target = serializers.DateField(allow_null=True, format=None)
    current_target = serializers.DateField(allow_null=True, format=None)
    submitted_on = serializers.DateField(allow_null=True, format=None)
    accepted_on = serializers.DateField(allow_null=True, format=None)
    decided_on = serializers.DateField(allow_null=True, format=None)
    doc_no = serializers.CharField()
    valid_until = serializers.DateField(allow_null=True, format=None)
    updated_at = MomentField()


class ProgressSerializer(SparseSerializer):
    """A month's report. `counts`: the version that figures are made of."""

    id = serializers.IntegerField()
    month = serializers.SerializerMethodField()
    version = serializers.IntegerField()
    status = serializers.CharField()
    status_label = through("get_status_display")
    counts = serializers.BooleanField()
    month_invested = MoneyField()
    month_invested_text = serializers.CharField()
    funds_in_month = MoneyField()
    stat_ytd = MoneyField()
    currency = CurrencyField()
    physical_percent = serializers.DecimalField(5, 1, allow_null=True)
    image_progress = serializers.CharField()
    workers = serializers.IntegerField(allow_null=True)
    problems = serializers.CharField()
    next_plan = serializers.CharField()
    explanation = serializers.CharField()
    oddities = serializers.ListField(child=serializers.CharField())
    correction_reason = serializers.CharField()
    late_days = serializers.IntegerField()
    reported_at = MomentField(allow_null=True)
    verified_at = MomentField(allow_null=True)
    superseded_at = MomentField(allow_null=True)
    updated_at = MomentField()

    def get_month(self, row) -> str:
        """YYYY-MM"""
        return f"{row.month:%Y-%m}"


class VisitSerializer(SparseSerializer):
    id = serializers.IntegerField()
    visited_on = serializers.DateField(format=None)
    leader = through("leader.label")
    place = serializers.CharField()
    attendees = serializers.CharField()
    findings = serializers.CharField()
    decisions = serializers.CharField()
    issues = serializers.SerializerMethodField()
    updated_at = MomentField()

    def get_issues(self, row) -> list[str]:
        """Numbers of the issues raised there that the caller sees."""
        return [issue.number for issue in row.seen_issues]
