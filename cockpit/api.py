"""/api/v1/targets/ and cockpit/: the year's targets, and the district's figures."""

from django.urls import path
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.timezone import is_naive, localdate, make_aware
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import roles
from api.filters import check_parameters
from api.views import ApiMixin, Collection, Record
from cockpit import dates, figures, sync
from cockpit.filters import TargetFilter
from cockpit.models import Target
from cockpit.querysets import READERS
from cockpit.serializers import TargetSerializer

READ = {"GET": "reports:read"}
FIRST_YEAR, LAST_YEAR = 1990, 2200
AS_OF = gettext_lazy("截至的日期（含当日）或时刻，默认现在。")


class OfTargets:
    scopes = READ
    queryset = Target.objects.all()
    serializer_class = TargetSerializer
    lookup_field = "number"

    def get_queryset(self):
        return Target.objects.visible_to(self.request.user).for_list()


class Targets(OfTargets, Collection):
    kind, searchable = "target", True
    filterset_class = TargetFilter
    ordering, ordering_fields = "-year", ["year", "number", "updated_at"]

    def lost(self):
        return sync.lost(self.request.user)


class TargetRecord(OfTargets, Record):
    pass


class Cockpit(ApiMixin, APIView):
    """The district's year in figures; the same for every reader who may read reports."""

    scopes = READ
    about = gettext_lazy("全区年度主要数据：招商、项目、诉求和三率，每项比率带分子、分母和口径。")

    @extend_schema(
        operation_id="cockpit",
        parameters=[
            OpenApiParameter("year", int, description=gettext_lazy("年度，默认本年。")),
            OpenApiParameter("as_of", str, description=AS_OF),
        ],
        responses=OpenApiTypes.OBJECT,
    )
    def get(self, request):
        is_system = getattr(request.user, "api_key", None) is not None
        if not is_system and not roles.roles_of(request.user) & READERS:
            raise PermissionDenied(_("您的角色不能进行这一操作。"), "role")
        check_parameters(request, ("year", "as_of"))
        as_of = _as_of(request.query_params.get("as_of"), self.now)
        year = _year(request.query_params.get("year"), as_of)
        return Response(figures.overview(year, as_of))


def _year(text, as_of):
    if not text:
        return localdate(as_of).year
    if not (text.isascii() and text.isdecimal() and FIRST_YEAR <= int(text[:6]) <= LAST_YEAR):
        raise ValidationError({"year": [_("应为四位年份。")]})
    return int(text)


def _as_of(text, now):
    """The end of a day, or a moment; never later than now."""
    if not text:
        return now
    try:
        day = parse_date(text)
        moment = dates.moments(day, day)[1] if day else parse_datetime(text)
    except (ValueError, OverflowError):
        moment = None
    if moment is None:
        raise ValidationError({"as_of": [_("应为日期或时刻，如 2026-03-31。")]})
    return min(make_aware(moment) if is_naive(moment) else moment, now)


urlpatterns = [
    path("targets/", Targets.as_view(), name="targets"),
    path("targets/<slug:number>/", TargetRecord.as_view(), name="target"),
    path("cockpit/", Cockpit.as_view(), name="cockpit"),
]
