"""What rows look like outside: local times with zone, codes with a label, and only the fields asked
for.
"""

from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.drainage import set_override
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

FEN = Decimal("0.01")


def through(source):
    """A text found by a path that may end on the way."""
    return serializers.CharField(source=source, read_only=True, allow_null=True)


@extend_schema_field(OpenApiTypes.DATETIME)
class MomentField(serializers.Field):
    """An aware datetime in the district's zone; still a datetime, so that a workbook gets a real
    date.
    """

    def __init__(self, **kwargs):
        super().__init__(read_only=True, **kwargs)

    def to_representation(self, value):
        return timezone.localtime(value)


@extend_schema_field({"type": "string", "pattern": r"^-?\d+\.\d\d$", "examples": ["136000000.00"]})
class MoneyField(serializers.Field):
    """Yuan with two decimals; JSON shows it as text, a workbook as a number."""

    def __init__(self, **kwargs):
        super().__init__(read_only=True, allow_null=True, **kwargs)

    def to_representation(self, value):
        exact = value.quantize(FEN)
        return exact if self.context.get("is_export") else str(exact)


class CurrencyField(serializers.CharField):
    """Of every amount in the row that names no other."""

    def __init__(self, **kwargs):
        super().__init__(read_only=True, **kwargs)

    def get_attribute(self, instance):
        return "CNY"


class EnumField(serializers.CharField):
    """A code of a closed list, in the schema only: what it may be is said where it is decided."""

    def __init__(self, codes, **kwargs):
        super().__init__(**kwargs)
        # Nested, or drf-spectacular makes a named component of every list and warns of names
        # that meet.
        set_override(self, "field", {"allOf": [{"type": "string", "enum": list(codes)}]})


class SparseSerializer(serializers.Serializer):
    """`fields=a,b` in the request leaves only these, in the serializer's own order."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in set(self.fields) - self._asked():
            self.fields.pop(name)

    def _asked(self):
        request = self.context.get("request")
        given = request.query_params.get("fields") if request else None
        if given is None or self.parent is not None:
            return set(self.fields)
        names = {name.strip() for name in given.split(",") if name.strip()}
        unknown = sorted(names - set(self.fields))
        if unknown or not names:
            said = _("没有字段：%(names)s。") % {"names": ", ".join(unknown)}
            raise serializers.ValidationError({"fields": [said]})
        return names


class CodedSerializer(SparseSerializer):
    """A row known by its code; `label` is in the reader's language."""

    code = serializers.CharField()
    name = serializers.CharField()
    name_en = serializers.CharField()
    label = serializers.CharField()
    order = serializers.IntegerField()
    updated_at = MomentField()


class DepartmentSerializer(CodedSerializer):
    short_name = serializers.CharField()
    kind = serializers.CharField()
    kind_label = serializers.CharField(source="get_kind_display")
    is_active = serializers.BooleanField()


class ParkSerializer(CodedSerializer):
    area_mu = serializers.DecimalField(10, 2, allow_null=True)
    description = serializers.CharField()


class EnterpriseSerializer(SparseSerializer):
    id = serializers.IntegerField()
    name = serializers.CharField()
    name_en = serializers.CharField()
    uscc = serializers.CharField(allow_null=True)
    industry = serializers.CharField(source="industry.code", allow_null=True)
    industry_label = serializers.CharField(source="industry.label", allow_null=True)
    park = serializers.CharField(source="park.code", allow_null=True)
    park_label = serializers.CharField(source="park.label", allow_null=True)
    address = serializers.CharField()
    description = serializers.CharField()
    updated_at = MomentField()


class ProblemSerializer(serializers.Serializer):
    """RFC 9457 problem details."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    errors = serializers.DictField(child=serializers.ListField(child=serializers.CharField()))
