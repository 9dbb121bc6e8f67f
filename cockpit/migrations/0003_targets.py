import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cockpit", "0002_default_rows"),
        ("directory", "0002_updated_at"),
    ]

    operations = [
        migrations.CreateModel(
            name="Target",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=20, unique=True, verbose_name="编号")),
                ("year", models.PositiveSmallIntegerField(verbose_name="年度")),
                ("name", models.CharField(max_length=100, verbose_name="指标")),
                ("name_en", models.CharField(blank=True, max_length=150, verbose_name="英文名称")),
                ("unit", models.CharField(max_length=20, verbose_name="单位")),
                (
                    "goal",
                    models.DecimalField(decimal_places=2, max_digits=14, verbose_name="目标值"),
                ),
                ("at_most", models.BooleanField(default=False, verbose_name="不超过目标值")),
                (
                    "actual",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        max_digits=14,
                        null=True,
                        verbose_name="完成值",
                    ),
                ),
                ("actual_on", models.DateField(blank=True, null=True, verbose_name="截至日期")),
                ("source", models.CharField(blank=True, max_length=200, verbose_name="数据来源")),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="更新时间")),
                (
                    "department",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="directory.department",
                        verbose_name="责任部门",
                    ),
                ),
            ],
            options={
                "verbose_name": "年度目标",
                "verbose_name_plural": "年度目标",
                "ordering": ["-year", "number"],
                "constraints": [
                    models.UniqueConstraint(fields=("year", "name"), name="target_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("actual", None),
                            models.Q(
                                ("actual_on__isnull", False),
                                models.Q(("source", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="target_actual_has_source",
                        violation_error_message="填写完成值的，须写明截至日期和数据来源。",
                    ),
                ],
            },
        ),
    ]
