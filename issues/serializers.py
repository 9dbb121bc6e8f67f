"""An issue as REST clients see it. What an enterprise does not see on its tracking page it does not
see here; contacts are masked for who does not handle the issue.
"""

from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.serializers import EnumField, MomentField, SparseSerializer, through
from issues import commitments, workflow
from issues.choices import CHOICES, FIELD_LABELS
from issues.viewer import Viewer
from issues.workflow import STEPS

# The clock of the department shows internal steps, e.g. a return, by its pauses.
DERIVED = {"enterprise": ("promise",), "official": ("promise", "unit")}
# Empty for an enterprise: it deals with an office, and the other clocks tell of returns.
INTERNAL = ("handler", "sign_due_at", "contact_due_at", "unit_due_at")


class ForViewer:
    @cached_property
    def viewer(self):
        return Viewer(self.context["request"].user)


class IssueSerializer(ForViewer, SparseSerializer):
    number = serializers.CharField()
    kind = serializers.CharField()
    kind_label = through("get_kind_display")
    title = serializers.CharField()
    description = serializers.CharField()
    status = serializers.CharField()
    status_label = through("get_status_display")
    stage = serializers.IntegerField()
    stage_label = serializers.SerializerMethodField()
    category = through("category.code")
    category_label = through("category.label")
    priority = serializers.CharField()
    priority_label = through("get_priority_display")
    enterprise = through("enterprise_name")
    enterprise_id = serializers.IntegerField(allow_null=True)
    project = through("project.number")
    contact_name = serializers.SerializerMethodField()
    contact_phone = serializers.SerializerMethodField()
    lead_department = through("lead_department.code")
    lead_department_label = through("lead_department.label")
    co_departments = serializers.SerializerMethodField()
    co_departments_label = serializers.SerializerMethodField()
    handler = through("handler.label")
    received_at = MomentField()
    sign_due_at = MomentField(allow_null=True)
    contact_due_at = MomentField(allow_null=True)
    due_at = MomentField(allow_null=True)
    unit_due_at = MomentField(allow_null=True)
    overdue = serializers.SerializerMethodField()
    next_report_on = serializers.DateField(allow_null=True, format=None)
    rating = serializers.SerializerMethodField()
    rating_label = serializers.SerializerMethodField()
    outcome = serializers.CharField()
    outcome_label = through("get_outcome_display")
    public_reply = serializers.CharField()
    client_reference = serializers.SerializerMethodField()
    resolved_at = MomentField(allow_null=True)
    closed_at = MomentField(allow_null=True)
    updated_at = MomentField()
    version = serializers.IntegerField()

    def to_representation(self, issue):
        shown = super().to_representation(issue)
        if self.viewer.public_only:
            shown |= {name: None for name in INTERNAL if name in shown}
        return shown

    def get_stage_label(self, issue) -> str:
        label = workflow.STAGES.get(issue.stage) or workflow.STATUSES[issue.status][0]
        return str(label)

    def get_contact_name(self, issue) -> str:
        return issue.contact_name if self.viewer.sees_contact(issue) else issue.masked_name

    def get_contact_phone(self, issue) -> str:
        return issue.contact_phone if self.viewer.sees_contact(issue) else issue.masked_phone

    def get_co_departments(self, issue) -> list[str]:
        return [department.code for department in issue.co_departments]

    def get_co_departments_label(self, issue) -> list[str]:
        return [department.label for department in issue.co_departments]

    def get_overdue(self, issue) -> bool:
        return self.viewer.is_overdue(issue, self.context["now"])

    def get_rating(self, issue) -> str | None:
        return (row := last_rating(issue)) and row.rating

    def get_rating_label(self, issue) -> str | None:
        return (row := last_rating(issue)) and str(row.get_rating_display())

    def get_client_reference(self, issue) -> str:
        """The sender's own number: nobody else's business."""
        key = self.viewer.actor.key
        return issue.client_reference if key and key.pk == issue.api_key_id else ""


def last_rating(issue):
    """The judgement on the latest round that has one, or None."""
    return max(issue.ratings.all(), key=lambda row: row.round, default=None)


class AttachmentSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    name = serializers.CharField()
    size = serializers.IntegerField()
    sha256 = serializers.CharField()


class EventSerializer(ForViewer, serializers.Serializer):
    action = serializers.CharField()
    action_label = serializers.SerializerMethodField()
    at = MomentField()
    by = serializers.SerializerMethodField()
    data = serializers.SerializerMethodField()
    version = serializers.IntegerField()
    from_status = serializers.CharField()
    to_status = serializers.CharField()
    attachments = serializers.SerializerMethodField()

    def get_action_label(self, event) -> str:
        return str(STEPS[event.action].label)

    def get_by(self, event) -> str:
        if self.viewer.is_official or event.actor_kind != "official":
            return event.actor_label
        # An enterprise deals with an office, not with a person of it.
        return event.department.label if event.department else _("汉沽管理区")

    def get_data(self, event) -> dict:
        """Everything for officials; for an enterprise the values the step declares public."""
        if self.viewer.is_official:
            return event.data
        public = {field.name for field in STEPS[event.action].fields if field.public}
        return {name: value for name, value in event.data.items() if name in public}

    @extend_schema_field(AttachmentSerializer(many=True))
    def get_attachments(self, event):
        return AttachmentSerializer(self.viewer.files(event), many=True).data


class NoticeSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    number = serializers.CharField()
    colour = serializers.CharField()
    colour_label = through("get_colour_display")
    text = serializers.CharField()
    issued_at = MomentField()
    answer_due_at = MomentField()
    answered_at = MomentField(allow_null=True)
    answer = serializers.CharField()
    withdrawn_at = MomentField(allow_null=True)


class DaySerializer(serializers.Serializer):
    """One row of worktime.clock.derive."""

    date = serializers.DateField()
    kind = serializers.CharField()
    name = serializers.CharField()
    counted = serializers.BooleanField()
    minutes = serializers.IntegerField()
    paused = serializers.IntegerField()
    running = serializers.IntegerField()
    provisional = serializers.BooleanField()


class DerivationSerializer(serializers.Serializer):
    """How a due time came about: the limit, the policy and calendar it rests on, and each day."""

    clock = serializers.CharField()
    clock_label = through("get_clock_display")
    version = serializers.IntegerField()
    started_at = MomentField()
    limit = serializers.DecimalField(6, 2, source="number", allow_null=True)
    unit = serializers.CharField()
    fixed_on = serializers.DateField(allow_null=True)
    due_at = MomentField()
    met_at = MomentField(allow_null=True)
    provisional = serializers.BooleanField()
    policy = serializers.IntegerField(source="policy.version", allow_null=True)
    calendar_version = serializers.CharField()
    days = DaySerializer(many=True, source="derived")


class IssueDetailSerializer(IssueSerializer):
    due_derivation = serializers.SerializerMethodField()
    events = serializers.SerializerMethodField()
    notices = serializers.SerializerMethodField()
    merged_into = through("merged_into.number")

    @extend_schema_field(DerivationSerializer(many=True))
    def get_due_derivation(self, issue):
        rows = commitments.current(issue)
        shown = DERIVED["official" if self.viewer.is_official else "enterprise"]
        found = [rows[name] for name in shown if name in rows]
        for row in found:
            row.derived = commitments.derivation(row)
        return DerivationSerializer(found, many=True).data

    @extend_schema_field(EventSerializer(many=True))
    def get_events(self, issue):
        events = self.viewer.events(issue.events.all())
        return EventSerializer(events, many=True, context=self.context).data

    @extend_schema_field(NoticeSerializer(many=True))
    def get_notices(self, issue):
        notices = issue.notices.all() if self.viewer.is_official else []
        return NoticeSerializer(notices, many=True).data


class ReceiptSerializer(serializers.Serializer):
    """What the sender of an issue gets back."""

    number = serializers.CharField()
    tracking_code = serializers.CharField()
    status = serializers.CharField()
    due_at = MomentField(allow_null=True)


class ChoiceSerializer(serializers.Serializer):
    value = serializers.CharField()
    label = serializers.CharField()


class FieldSerializer(serializers.Serializer):
    name = serializers.CharField()
    label = serializers.CharField()
    type = serializers.ChoiceField(
        "text choice multichoice date datetime boolean integer file".split()
    )
    required = serializers.BooleanField()
    choices = ChoiceSerializer(many=True)


class ActionSerializer(serializers.Serializer):
    action = serializers.CharField()
    label = serializers.CharField()
    fields = FieldSerializer(many=True)


def described(form):
    """A StepForm as the actions list shows it: the fields, with the choices open right now."""
    return {
        "action": form.step.action,
        "label": form.step.label,
        "fields": [
            {
                "name": field.name,
                "label": form.fields[field.name].label,
                "type": field.type,
                "required": field.required,
                "choices": choices_of(form.fields[field.name]),
            }
            for field in form.step.fields
        ],
    }


def choices_of(field):
    return [
        {"value": str(value), "label": str(label)}
        for value, label in getattr(field, "choices", ())
        if value != ""
    ]


DOCUMENTED = {
    "date": serializers.DateField,
    "datetime": serializers.DateTimeField,
    "boolean": serializers.BooleanField,
    "integer": serializers.IntegerField,
}


def step_serializer(step, files=False):
    """What the schema says of a step's body; the values themselves are checked by StepForm."""
    fields = {
        field.name: _documented(field) for field in step.fields if files or field.type != "file"
    }
    if step.sources:
        fields["version"] = serializers.IntegerField(required=False, min_value=0)
    name = "".join(word.title() for word in step.action.split("_"))
    return type(f"{name}{'Files' if files else ''}Step", (serializers.Serializer,), fields)


def _documented(field):
    common = {"required": field.required, "help_text": FIELD_LABELS[field.name]}
    if field.type == "file":
        return serializers.ListField(child=serializers.FileField(), **common)
    if field.type == "multichoice":
        return serializers.ListField(child=serializers.CharField(), **common)
    if field.choices in CHOICES:
        return EnumField([value for value, _label in CHOICES[field.choices]], **common)
    return DOCUMENTED.get(field.type, serializers.CharField)(**common)
