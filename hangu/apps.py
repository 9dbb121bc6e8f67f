from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HanguConfig(AppConfig):
    name = "hangu"
    verbose_name = _("汉沽管理区政企服务平台")
