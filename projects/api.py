"""/api/v1/projects/ with the rows of each project, and /api/v1/roads/. What the caller does not see
is 404 (`visible_to`); of a project whose public side alone is his, the inner lists are empty.
"""

from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.response import Response
from rest_framework.views import APIView

from api.filters import check_parameters
from api.views import ApiMixin, Collection, Record
from projects import exports, sync
from projects.filters import ProgressFilter, ProjectFilter, RoadFilter
from projects.models import (
    ApprovalStep,
    KeyProject,
    Milestone,
    ProgressReport,
    SponsorVisit,
)
from projects.reporting import figures_year
from projects.serializers import (
    ApprovalSerializer,
    MilestoneSerializer,
    ProgressSerializer,
    ProjectSerializer,
    RoadSerializer,
    VisitSerializer,
)

READ = {"GET": "projects:read"}


class VisibleProjects:
    scopes = READ
    queryset = KeyProject.objects.none()
    serializer_class = ProjectSerializer
    lookup_field = "number"

    def get_queryset(self):
        user, now = self.request.user, timezone.now()
        year = figures_year(timezone.localdate(now))
        return KeyProject.objects.visible_to(user).for_api(user, year, now)


class Projects(VisibleProjects, Collection):
    kind = "project"
    filterset_class = ProjectFilter
    searchable = True
    ordering = "-number"
    ordering_fields = ["number", "name", "level", "total_investment", "listed_on", "updated_at"]

    def search(self, queryset, words):
        return queryset.search(words, self.request.user)

    def lost(self):
        return sync.lost(self.request.user)


class ProjectRecord(VisibleProjects, Record):
    pass


class Roads(Projects):
    kind = "road"
    serializer_class = RoadSerializer
    filterset_class = RoadFilter
    ordering_fields = ["number", "name", "updated_at"]

    def get_queryset(self):
        roads = KeyProject.objects.visible_to(self.request.user).roads()
        return roads.for_list().with_key_dates()


class OfProject(Collection):
    """The rows of one project."""

    scopes = READ
    key = "id"

    @cached_property
    def project(self):
        visible = KeyProject.objects.visible_to(self.request.user)
        return get_object_or_404(visible, number=self.kwargs["number"])

    def get_queryset(self):
        rows = type(self).queryset.visible_to(self.request.user)
        return rows.for_api(self.request.user).of_project(self.project)

    def lost(self):
        return sync.lost_row(self.request.user, self.project)


class Milestones(OfProject):
    kind = "milestone"
    queryset = Milestone.objects.all()
    serializer_class = MilestoneSerializer
    ordering, ordering_fields = "id", ["id", "current_on", "updated_at"]


class Approvals(OfProject):
    kind = "approval"
    queryset = ApprovalStep.objects.all()
    serializer_class = ApprovalSerializer
    ordering, ordering_fields = "id", ["id", "decided_on", "updated_at"]


class Progress(OfProject):
    kind = "progress"
    queryset = ProgressReport.objects.all()
    serializer_class = ProgressSerializer
    filterset_class = ProgressFilter
    ordering, ordering_fields = "-month", ["month", "version", "updated_at"]


class Visits(OfProject):
    kind = "visit"
    queryset = SponsorVisit.objects.all()
    serializer_class = VisitSerializer
    ordering, ordering_fields = "-visited_on", ["visited_on", "updated_at"]


class OpenData(ApiMixin, APIView):
    """The key projects that may be published, as an OC4IDS 0.9 project package."""

    scopes = READ
    about = _("可公开的重点项目，OC4IDS 0.9 项目包；政府投资项目和道路为全部字段，其他项目为摘要。")

    @extend_schema(operation_id="oc4ids", responses=OpenApiTypes.OBJECT)
    def get(self, request):
        check_parameters(request, ())
        package = exports.open_data(request.user, self.now)
        if package is None:
            raise NotFound(_("没有可以公开的项目。"))
        return Response(package)


urlpatterns = [
    path("oc4ids/", OpenData.as_view(), name="oc4ids"),
    path("projects/", Projects.as_view(), name="projects"),
    path("projects/<slug:number>/", ProjectRecord.as_view(), name="project"),
    path("projects/<slug:number>/milestones/", Milestones.as_view(), name="milestones"),
    path("projects/<slug:number>/approvals/", Approvals.as_view(), name="approvals"),
    path("projects/<slug:number>/progress/", Progress.as_view(), name="progress"),
    path("projects/<slug:number>/visits/", Visits.as_view(), name="visits"),
    path("roads/", Roads.as_view(), name="roads"),
]
