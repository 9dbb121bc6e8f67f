"""How departments are ranked from the start, and what stands on the papers; both are rows, changed
in the admin.
"""

from datetime import UTC, datetime

from django.db import migrations

REQUIREMENTS = """（一）压实主办责任。有逾期未办结事项的部门，主要负责人要亲自过问，明确办结时间，及时书面答复督办单。
（二）主动联系企业。签收后按时限首次联系企业，办理进展及时告知，确需延期的提前申请并说明理由。
（三）举一反三整改。对重复发生的同类问题，查找共性原因，由解决一件事推动解决一类事。"""


def create(apps, schema_editor):
    apps.get_model("cockpit", "RankingRule").objects.create(
        version=1, name="三率排名规则（默认）", valid_from=datetime(2019, 1, 1, tzinfo=UTC)
    )
    apps.get_model("cockpit", "Letterhead").objects.create(
        head="汉沽管理区督查通报",
        code="汉督通",
        notice_code="汉督单",
        issuer="汉沽管理区督查协调机构",
        addressee="各乡镇、街道，区直各部门，各有关单位",
        copied_to="区党工委、管委会领导",
        requirements=REQUIREMENTS,
    )


def remove(apps, schema_editor):
    apps.get_model("cockpit", "RankingRule").objects.filter(version=1).delete()
    apps.get_model("cockpit", "Letterhead").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("cockpit", "0001_initial")]
    operations = [migrations.RunPython(create, remove)]
