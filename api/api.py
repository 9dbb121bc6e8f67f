"""/api/v1/departments/, parks/ and enterprises/. They stand here because the directory lies below
this room and may not import it.
"""

import django_filters
from django.db.models import Q
from django.urls import path

from api.filters import CodesFilter
from api.serializers import DepartmentSerializer, EnterpriseSerializer, ParkSerializer
from api.views import Collection, Record
from directory.models import Department, Enterprise, Industry, Park

READ = {"GET": "directory:read"}


class DepartmentFilter(django_filters.FilterSet):
    kind = django_filters.MultipleChoiceFilter(choices=Department.Kind.choices)

    class Meta:
        model = Department
        fields = []


class EnterpriseFilter(django_filters.FilterSet):
    industry = CodesFilter("industry", Industry.objects.all())
    park = CodesFilter("park", Park.objects.all())

    class Meta:
        model = Enterprise
        fields = []


class Departments(Collection):
    kind, key = "department", "code"
    scopes = READ
    queryset = Department.objects.all()
    serializer_class = DepartmentSerializer
    filterset_class = DepartmentFilter
    ordering, ordering_fields = "order", ["order", "code", "updated_at"]


class DepartmentRecord(Record):
    scopes = READ
    queryset = Department.objects.all()
    serializer_class = DepartmentSerializer
    lookup_field = "code"


class Parks(Collection):
    kind, key = "park", "code"
    scopes = READ
    queryset = Park.objects.all()
    serializer_class = ParkSerializer
    ordering, ordering_fields = "order", ["order", "code", "updated_at"]


class ParkRecord(Record):
    scopes = READ
    queryset = Park.objects.all()
    serializer_class = ParkSerializer
    lookup_field = "code"


class VisibleEnterprises:
    scopes = READ
    queryset = Enterprise.objects.none()
    serializer_class = EnterpriseSerializer

    def get_queryset(self):
        visible = Enterprise.objects.visible_to(self.request.user)
        return visible.select_related("industry", "park")


class Enterprises(VisibleEnterprises, Collection):
    kind, key = "enterprise", "id"
    filterset_class = EnterpriseFilter
    searchable = True
    ordering, ordering_fields = "name", ["name", "updated_at"]

    def lost(self):
        """Deleted ones are told to who saw them all; a firm's contact had only its own."""
        sees_all = Enterprise.objects.sees_all(self.request.user)
        return Q() if sees_all else Q(row=self.request.user.enterprise_id)


class EnterpriseRecord(VisibleEnterprises, Record):
    pass


urlpatterns = [
    path("departments/", Departments.as_view(), name="departments"),
    path("departments/<slug:code>/", DepartmentRecord.as_view(), name="department"),
    path("parks/", Parks.as_view(), name="parks"),
    path("parks/<slug:code>/", ParkRecord.as_view(), name="park"),
    path("enterprises/", Enterprises.as_view(), name="enterprises"),
    path("enterprises/<int:pk>/", EnterpriseRecord.as_view(), name="enterprise"),
]
