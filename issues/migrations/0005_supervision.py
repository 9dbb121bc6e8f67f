import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_roles"),
        ("directory", "0001_initial"),
        ("issues", "0004_project_and_visit"),
        ("projects", "0002_default_rules"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PatternReview",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("opened_at", models.DateTimeField(verbose_name="发现时间")),
                ("counted_from", models.DateTimeField(verbose_name="统计自")),
                ("due_on", models.DateField(blank=True, null=True, verbose_name="完成期限")),
                ("cause", models.TextField(blank=True, max_length=5000, verbose_name="共性原因")),
                (
                    "measures",
                    models.TextField(blank=True, max_length=5000, verbose_name="整改措施"),
                ),
                ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="办结时间")),
            ],
            options={
                "verbose_name": "一类事",
                "verbose_name_plural": "一类事",
                "ordering": ["-opened_at", "-pk"],
            },
        ),
        migrations.AlterModelOptions(
            name="notice",
            options={
                "ordering": ["issued_at", "pk"],
                "verbose_name": "督办单",
                "verbose_name_plural": "督办单",
            },
        ),
        migrations.RemoveConstraint(
            model_name="commitment",
            name="commitment_limit_or_date",
        ),
        migrations.AddField(
            model_name="commitment",
            name="begun_at",
            field=models.DateTimeField(null=True, verbose_name="生效时间"),
        ),
        migrations.AddField(
            model_name="commitment",
            name="department",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="directory.department",
            ),
        ),
        migrations.AddField(
            model_name="commitment",
            name="ended_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="终结时间"),
        ),
        migrations.AddField(
            model_name="commitment",
            name="fixed_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="commitment",
            name="put_off_by",
            field=models.CharField(blank=True, max_length=10),
        ),
        migrations.AddField(
            model_name="commitment",
            name="round",
            field=models.PositiveSmallIntegerField(default=1, verbose_name="办理轮次"),
        ),
        migrations.AddField(
            model_name="commitment",
            name="share",
            field=models.DecimalField(blank=True, decimal_places=2, max_digits=3, null=True),
        ),
        migrations.AddField(
            model_name="commitment",
            name="verdict",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", "未到结论"),
                    ("on_time", "按时"),
                    ("late", "超时"),
                    ("replaced", "时限已变更"),
                    ("handed_over", "已改派"),
                    ("returned", "退回成立"),
                    ("void", "终止办理"),
                ],
                default="",
                max_length=12,
                verbose_name="结论",
            ),
        ),
        migrations.AddField(
            model_name="issue",
            name="source",
            field=models.CharField(blank=True, max_length=40, verbose_name="来源系统"),
        ),
        migrations.AddField(
            model_name="notice",
            name="withdrawal_reason",
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name="notice",
            name="withdrawn_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="notice",
            name="withdrawn_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="policy",
            name="applied_at",
            field=models.DateTimeField(
                blank=True, editable=False, null=True, verbose_name="重新测算时间"
            ),
        ),
        migrations.AddField(
            model_name="policy",
            name="applies_to_open",
            field=models.BooleanField(
                default=False,
                help_text="生效时重新测算在办诉求尚未到结论的时限；不勾选则只用于此后起算的时限。",
                verbose_name="适用于在办诉求",
            ),
        ),
        migrations.AddField(
            model_name="policy",
            name="moved",
            field=models.JSONField(
                blank=True, editable=False, null=True, verbose_name="重新测算结果"
            ),
        ),
        migrations.AddField(
            model_name="policy",
            name="pattern_count",
            field=models.PositiveSmallIntegerField(default=5, verbose_name="一类事件数"),
        ),
        migrations.AddField(
            model_name="policy",
            name="pattern_days",
            field=models.PositiveSmallIntegerField(default=90, verbose_name="一类事期间（天）"),
        ),
        migrations.AddField(
            model_name="policy",
            name="visit_script",
            field=models.TextField(
                default="您好，请问是【企业】的【联系人】吗？我是汉沽管理区督查协调机构的【回访人】。\n贵企业反映的“【事项】”，【部门】已于【答复日期】答复。\n一、答复的内容您收到了吗？问题解决了没有？\n二、对办理结果，您是满意、基本满意，还是不满意？\n三、（基本满意或不满意的）主要是哪方面的原因？还需要我们做什么？\n感谢您的配合，再见。",
                help_text="可用【企业】【联系人】【事项】【部门】【答复日期】【回访人】，显示时代入。",
                verbose_name="回访话术",
            ),
        ),
        migrations.AddField(
            model_name="rating",
            name="department",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="directory.department",
            ),
        ),
        migrations.AddField(
            model_name="rating",
            name="due_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="到期时间"),
        ),
        migrations.AddField(
            model_name="rating",
            name="solved",
            field=models.BooleanField(null=True, verbose_name="已解决"),
        ),
        migrations.AddIndex(
            model_name="commitment",
            index=models.Index(fields=["clock", "due_at", "department"], name="commitment_cohort"),
        ),
        migrations.AddIndex(
            model_name="commitment",
            index=models.Index(
                condition=models.Q(("verdict", "")),
                fields=["issue", "clock"],
                name="commitment_running",
            ),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(fields=["-issued_at", "-id"], name="notice_newest"),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(
                condition=models.Q(("answered_at", None), ("withdrawn_at", None)),
                fields=["answer_due_at"],
                name="notice_open_due",
            ),
        ),
        migrations.AddIndex(
            model_name="rating",
            index=models.Index(fields=["due_at", "department"], name="rating_cohort"),
        ),
        migrations.AddConstraint(
            model_name="commitment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("fixed_at", None), ("fixed_on", None), ("number__isnull", False)),
                    models.Q(("fixed_at", None), ("fixed_on__isnull", False), ("number", None)),
                    models.Q(("fixed_at__isnull", False), ("fixed_on", None), ("number", None)),
                    _connector="OR",
                ),
                name="commitment_limit_or_date",
            ),
        ),
        migrations.AddConstraint(
            model_name="commitment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at", None), ("verdict", "")),
                    models.Q(models.Q(("verdict", ""), _negated=True), ("ended_at__isnull", False)),
                    _connector="OR",
                ),
                name="commitment_verdict_when_ended",
            ),
        ),
        migrations.AddConstraint(
            model_name="issue",
            constraint=models.UniqueConstraint(
                condition=models.Q(("source", ""), _negated=True),
                fields=("source", "client_reference"),
                name="issue_once_per_source_reference",
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.CheckConstraint(
                condition=models.Q(("answered_at", None), ("withdrawn_at", None), _connector="OR"),
                name="notice_answered_or_withdrawn",
            ),
        ),
        migrations.AddField(
            model_name="patternreview",
            name="category",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reviews",
                to="issues.category",
                verbose_name="事项类别",
            ),
        ),
        migrations.AddField(
            model_name="patternreview",
            name="closed_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="patternreview",
            name="department",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reviews",
                to="directory.department",
                verbose_name="主办部门",
            ),
        ),
        migrations.AddField(
            model_name="patternreview",
            name="issues",
            field=models.ManyToManyField(related_name="reviews", to="issues.issue"),
        ),
        migrations.AddField(
            model_name="patternreview",
            name="owner",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reviews",
                to=settings.AUTH_USER_MODEL,
                verbose_name="牵头人",
            ),
        ),
        migrations.AddConstraint(
            model_name="patternreview",
            constraint=models.UniqueConstraint(
                condition=models.Q(("closed_at", None)),
                fields=("category", "department"),
                name="review_one_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="patternreview",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("closed_at", None),
                    models.Q(("cause", ""), ("measures", ""), _connector="OR", _negated=True),
                    _connector="OR",
                ),
                name="review_closed_with_result",
            ),
        ),
    ]
