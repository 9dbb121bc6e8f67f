"""Departments, parks, categories and enterprises as REST clients see them."""

from rest_framework import serializers

from api.serializers import MomentField, SparseSerializer


class CodedSerializer(SparseSerializer):
    """A row known by its code; `label` is in the reader's language."""

    code = serializers.CharField()
    name = serializers.CharField()
    name_en = serializers.CharField()
    label = serializers.CharField()
    order = serializers.IntegerField()


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
