from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProjectsConfig(AppConfig):
    name = "projects"
    verbose_name = _("重点项目")

    def ready(self):
        # Models exist only now; registries are how lower rooms learn our messages and changes.
        from projects import messages, sync  # noqa: PLC0415

        messages.register()
        sync.register()
