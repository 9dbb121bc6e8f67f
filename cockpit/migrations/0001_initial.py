import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Letterhead",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("head", models.CharField(max_length=60, verbose_name="发文机关标志")),
                ("code", models.CharField(max_length=20, verbose_name="通报机关代字")),
                ("notice_code", models.CharField(max_length=20, verbose_name="督办单代字")),
                ("issuer", models.CharField(max_length=60, verbose_name="落款")),
                ("addressee", models.CharField(max_length=200, verbose_name="通报主送")),
                (
                    "copied_to",
                    models.CharField(blank=True, max_length=200, verbose_name="通报抄送"),
                ),
                (
                    "requirements",
                    models.TextField(max_length=2000, verbose_name="工作要求（草稿）"),
                ),
            ],
            options={
                "verbose_name": "公文版头",
                "verbose_name_plural": "公文版头",
            },
        ),
        migrations.CreateModel(
            name="RankingRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(unique=True, verbose_name="版本")),
                ("name", models.CharField(max_length=100, verbose_name="名称")),
                ("valid_from", models.DateTimeField(verbose_name="生效时间")),
                (
                    "response_weight",
                    models.PositiveSmallIntegerField(default=30, verbose_name="响应率权重"),
                ),
                (
                    "solved_weight",
                    models.PositiveSmallIntegerField(default=35, verbose_name="解决率权重"),
                ),
                (
                    "satisfied_weight",
                    models.PositiveSmallIntegerField(default=35, verbose_name="满意率权重"),
                ),
                (
                    "basically_weight",
                    models.DecimalField(
                        decimal_places=2,
                        default="0.60",
                        max_digits=3,
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(1),
                        ],
                        verbose_name="基本满意折算",
                    ),
                ),
                (
                    "minimum_cases",
                    models.PositiveSmallIntegerField(default=5, verbose_name="参加排名的最少件数"),
                ),
                (
                    "satisfied_floor",
                    models.PositiveSmallIntegerField(
                        default=85,
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(100),
                        ],
                        verbose_name="满意率底线（%）",
                    ),
                ),
                (
                    "return_deduction",
                    models.DecimalField(
                        decimal_places=2, default=0, max_digits=4, verbose_name="回退率扣分"
                    ),
                ),
                (
                    "rework_deduction",
                    models.DecimalField(
                        decimal_places=2, default=0, max_digits=4, verbose_name="重办率扣分"
                    ),
                ),
                (
                    "extension_deduction",
                    models.DecimalField(
                        decimal_places=2, default=0, max_digits=4, verbose_name="延期率扣分"
                    ),
                ),
            ],
            options={
                "verbose_name": "排名规则",
                "verbose_name_plural": "排名规则",
                "ordering": ["-version"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "response_weight",
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        models.Value(100), "-", models.F("solved_weight")
                                    ),
                                    "-",
                                    models.F("satisfied_weight"),
                                ),
                            )
                        ),
                        name="ranking_weights_sum",
                        violation_error_message="三项权重之和应为 100。",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RateSnapshot",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("start", models.DateField(verbose_name="自")),
                ("end", models.DateField(verbose_name="至")),
                ("as_of", models.DateTimeField(verbose_name="统计截至")),
                ("data", models.JSONField()),
                ("taken_at", models.DateTimeField(verbose_name="留存时间")),
                (
                    "rule",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cockpit.rankingrule",
                    ),
                ),
                (
                    "taken_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "三率快照",
                "verbose_name_plural": "三率快照",
                "ordering": ["-taken_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="Circular",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("weekly", "周通报"), ("monthly", "月通报")],
                        max_length=10,
                        verbose_name="类型",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[("draft", "草稿"), ("issued", "已印发")],
                        default="draft",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("start", models.DateField(verbose_name="自")),
                ("end", models.DateField(verbose_name="至")),
                ("title", models.CharField(max_length=100, verbose_name="标题")),
                ("requirements", models.TextField(max_length=2000, verbose_name="工作要求")),
                ("data", models.JSONField()),
                ("letterhead", models.JSONField(default=dict)),
                ("drafted_at", models.DateTimeField(verbose_name="汇总时间")),
                ("year", models.PositiveSmallIntegerField(null=True)),
                ("serial", models.PositiveIntegerField(null=True)),
                ("issued_at", models.DateTimeField(null=True, verbose_name="印发时间")),
                ("word", models.FileField(blank=True, max_length=200, upload_to="circulars/%Y/")),
                ("pdf", models.FileField(blank=True, max_length=200, upload_to="circulars/%Y/")),
                (
                    "issued_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "snapshot",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="circular",
                        to="cockpit.ratesnapshot",
                    ),
                ),
            ],
            options={
                "verbose_name": "督查通报",
                "verbose_name_plural": "督查通报",
                "ordering": ["-start", "kind", "-pk"],
            },
        ),
        migrations.AddIndex(
            model_name="ratesnapshot",
            index=models.Index(fields=["-taken_at", "-id"], name="snapshot_newest"),
        ),
        migrations.AddConstraint(
            model_name="circular",
            constraint=models.UniqueConstraint(
                fields=("kind", "start"), name="circular_once_per_period"
            ),
        ),
        migrations.AddConstraint(
            model_name="circular",
            constraint=models.UniqueConstraint(
                fields=("year", "serial"), name="circular_number_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="circular",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("serial", None), ("status", "draft")),
                    models.Q(
                        ("issued_at__isnull", False),
                        ("serial__isnull", False),
                        ("status", "issued"),
                    ),
                    _connector="OR",
                ),
                name="circular_issued_has_number",
            ),
        ),
    ]
