from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IssuesConfig(AppConfig):
    name = "issues"
    verbose_name = _("企业诉求")

    def ready(self):
        # Models exist only now; these registries are how lower rooms reach the loop.
        from issues import calendar_changes, messages, problems, sync  # noqa: PLC0415

        messages.register()
        calendar_changes.register()
        problems.register()
        sync.register()
