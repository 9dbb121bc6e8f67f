from django.apps import AppConfig
from django.core import checks
from django.utils.translation import gettext_lazy as _

from worktime.checks import next_year_is_announced


class WorktimeConfig(AppConfig):
    name = "worktime"
    verbose_name = _("工作日历")

    def ready(self):
        checks.register(next_year_is_announced, checks.Tags.database)
