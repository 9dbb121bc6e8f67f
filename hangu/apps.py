from django.apps import AppConfig


class HanguConfig(AppConfig):
    name = "hangu"
    verbose_name = "汉沽管理区政企服务平台"
