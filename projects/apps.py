from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProjectsConfig(AppConfig):
    name = "projects"
    verbose_name = _("重点项目")

    def ready(self):
        # Models exist only now; the registry is how the notifications room learns our kinds.
        from projects import messages  # noqa: PLC0415

        messages.register()
