from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ApiConfig(AppConfig):
    name = "api"
    verbose_name = _("数据接口")

    def ready(self):
        # The directory lies below this room, which therefore tracks it.
        from api import sync  # noqa: PLC0415

        for model in ("Department", "Park", "Enterprise"):
            name = "id" if model == "Enterprise" else "code"
            sync.track(f"directory.{model}", model.lower(), name=name)
