"""Targets as REST clients see them."""

from rest_framework import serializers

from api.serializers import MomentField, SparseSerializer, through


class TargetSerializer(SparseSerializer):
    number = serializers.CharField()
    year = serializers.IntegerField()
    name = serializers.CharField()
    label = serializers.CharField()
    unit = serializers.CharField()
    goal = serializers.DecimalField(max_digits=14, decimal_places=2)
    at_most = serializers.BooleanField()
    actual = serializers.DecimalField(max_digits=14, decimal_places=2, allow_null=True)
    actual_on = serializers.DateField(allow_null=True, format=None)
    is_met = serializers.BooleanField(allow_null=True)
    source = serializers.CharField()
    department = through("department.code")
    department_label = through("department.label")
    updated_at = MomentField()
