"""The notices for 2019 to 2026 and the district's ordinary hours; later years come by
import_calendar.
"""

from django.db import migrations

from worktime import announced


def fill(apps, schema_editor):
    announced.seed(apps, range(2019, 2027))


def empty(apps, schema_editor):
    for name in ("CalendarChange", "WorkHours", "CalendarDay", "CalendarYear"):
        apps.get_model("worktime", name).objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("worktime", "0001_initial")]
    operations = [migrations.RunPython(fill, empty)]
