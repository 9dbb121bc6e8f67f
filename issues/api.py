"""/api/v1/issues/ and every step of the loop as POST /api/v1/issues/<number>/<action>/.

Answered in this order: 401, 404 (visible_to), 403 (role), 409 (status, version, moment), 403
(person), 400 (fields).
"""

from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.translation import get_language
from drf_spectacular.utils import OpenApiRequest, extend_schema, extend_schema_view
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response
from rest_framework.views import APIView

from api.filters import check_parameters
from api.forms import body, refuse_invalid, version_of
from api.problems import errors_of_form
from api.serializers import CodedSerializer
from api.views import ApiMixin, Collection, Record
from issues import services, sync
from issues.actors import Actor
from issues.facts import open_steps
from issues.filters import IssueFilter
from issues.forms import StepForm, SubmitForm
from issues.models import Category, Issue
from issues.serializers import (
    ActionSerializer,
    EventSerializer,
    IssueDetailSerializer,
    IssueSerializer,
    ReceiptSerializer,
    described,
    step_serializer,
)
from issues.viewer import Viewer
from issues.workflow import STEPS

READ, WRITE = {"GET": "issues:read"}, {"POST": "issues:write"}


def bodies(step):
    """The step's body for the schema: JSON, and multipart where files may come with it."""
    serializer = step_serializer(step)
    takes_files = any(field.type == "file" for field in step.fields)
    kinds = ["application/json", *(["multipart/form-data"] if takes_files else [])]
    return {
        kind: OpenApiRequest(
            step_serializer(step, files=True) if takes_files and kind != kinds[0] else serializer
        )
        for kind in kinds
    }


class Issues(Collection):
    """GET: the list. POST: a new issue."""

    kind = "issue"
    scopes = READ | WRITE
    serializer_class = IssueSerializer
    filterset_class = IssueFilter
    searchable = True
    ordering = "-received_at"
    ordering_fields = "received_at updated_at due_at unit_due_at number status priority".split()

    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)
        if Viewer(request.user).public_only:
            # In such an order each link to a page holds the deadline it stands at.
            self.ordering_fields = [name for name in self.ordering_fields if name != "unit_due_at"]

    def lost(self):
        return sync.lost(self.request.user)

    def get_queryset(self):
        issues = Issue.objects.visible_to(self.request.user).for_list()
        return issues.prefetch_related("co_handlings__department", "ratings")

    @extend_schema(
        operation_id="issues_submit",
        request=bodies(STEPS["submit"]),
        responses={201: ReceiptSerializer, 200: ReceiptSerializer},
    )
    def post(self, request):
        actor = Actor.of(request.user)
        services.check_submit(actor)
        check_parameters(request, ())
        form = SubmitForm(actor=actor, ask_consent=False, data=body(request), files=request.FILES)
        refuse_invalid(form)
        issue, created = form.submit(language=get_language(), now=self.now) or refused(form)
        headers = {"Location": request.build_absolute_uri(address(issue))}
        data = ReceiptSerializer(issue).data
        return Response(data, status=201 if created else 200, headers=headers)


class IssueMixin(ApiMixin):
    """Finds the issue of the address; what the caller may not see is 404."""

    queryset = Issue.objects.none()
    lookup_field = "number"

    def get_queryset(self):
        return Issue.objects.visible_to(self.request.user).for_page()

    def get_issue(self):
        return get_object_or_404(self.get_queryset(), number=self.kwargs["number"])

    def changes(self, events):
        """What a caller with an old version has not seen, as far as he may see it."""
        shown = Viewer(self.request.user).events(events)
        return EventSerializer(shown, many=True, context={"request": self.request}).data


class IssueRecord(IssueMixin, Record):
    scopes = READ
    serializer_class = IssueDetailSerializer


class Actions(IssueMixin, APIView):
    scopes = READ

    @extend_schema(operation_id="issues_actions", responses=ActionSerializer(many=True))
    def get(self, request, number):
        issue = self.get_issue()
        check_parameters(request, ())
        actor = Actor.of(request.user)
        steps = open_steps(issue, actor, self.now)
        forms = [StepForm(step, issue=issue, actor=actor) for step in steps]
        return Response(ActionSerializer([described(form) for form in forms], many=True).data)


class TakeStep(IssueMixin, APIView):
    """One step; subclasses per action are made by `step_view`."""

    scopes = WRITE
    action = ""

    def post(self, request, number):
        issue, actor, step = self.get_issue(), Actor.of(request.user), STEPS[self.action]
        # Who may not take the step learns that before his body is read; who saw an old version,
        # before its values and parameters are.
        services.check(issue, self.action, actor, self.now)
        data = body(request)
        services.check(issue, self.action, actor, self.now, version_of(data))
        check_parameters(request, ())
        form = StepForm(step, issue=issue, actor=actor, data=data, files=request.FILES)
        refuse_invalid(form)
        changed = form.perform() or refused(form)
        # Not through visible_to: who hands an issue over still learns how it went.
        shown = Issue.objects.for_page().get(pk=changed.pk)
        context = {"request": request, "now": self.now}
        return Response(IssueDetailSerializer(shown, context=context).data)


def refused(form):
    """Raises what the step itself found wrong with the values."""
    raise ValidationError(errors_of_form(form))


def address(issue):
    return reverse("api:issue", args=[issue.number])


def step_view(step):
    """The view of one action, so that the schema knows its fields."""
    documented = extend_schema(
        operation_id=f"issues_{step.action}",
        summary=step.label,
        request=bodies(step),
        responses=IssueDetailSerializer,
    )
    name = step.action.title().replace("_", "")
    view = type(name, (TakeStep,), {"action": step.action, "about": step.effect})
    return extend_schema_view(post=documented)(view).as_view()


class Categories(Collection):
    kind, key = "category", "code"
    scopes = READ
    serializer_class = CodedSerializer
    ordering, ordering_fields = "order", ["order", "code", "updated_at"]

    def get_queryset(self):
        return Category.objects.all()


# The ladder's own step has no address; submit is the POST of the list.
urlpatterns = [
    path("issues/", Issues.as_view(), name="issues"),
    path("issues/<slug:number>/", IssueRecord.as_view(), name="issue"),
    path("issues/<slug:number>/actions/", Actions.as_view(), name="actions"),
    *(
        path(f"issues/<slug:number>/{step.action}/", step_view(step), name=step.action)
        for step in STEPS.values()
        if step.sources and set(step.by) != {"system"}
    ),
    path("categories/", Categories.as_view(), name="categories"),
]
