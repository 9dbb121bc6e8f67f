"""The rule a district begins with, and what assessment rules commonly leave out of the count."""

from datetime import date

from django.db import migrations

EXCLUSIONS = [
    ("local", "本地投资者", "Purely local investor"),
    ("fiscal", "财政资金项目", "Fiscally funded work"),
    ("outlet", "商业网点", "Retail outlet"),
    ("estate", "房地产和居民服务", "Real estate and personal services"),
    ("phase", "已签合同内的后续期", "Later phase within a signed contract"),
    ("relocation", "本地企业搬迁", "Relocation of a local plant"),
]


def fill(apps, schema_editor):
    apps.get_model("investment", "PipelineRule").objects.create(valid_from=date(2020, 1, 1))
    model = apps.get_model("investment", "ExclusionRule")
    model.objects.bulk_create(
        model(code=code, name=name, name_en=name_en, order=order * 10)
        for order, (code, name, name_en) in enumerate(EXCLUSIONS, 1)
    )


def empty(apps, schema_editor):
    apps.get_model("investment", "PipelineRule").objects.all().delete()
    apps.get_model("investment", "ExclusionRule").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("investment", "0001_initial")]
    operations = [migrations.RunPython(fill, empty)]
