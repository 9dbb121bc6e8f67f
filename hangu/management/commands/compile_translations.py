from django.conf import settings
from django.core.management.base import BaseCommand

from hangu.translations import compile_catalogue


class Command(BaseCommand):
    help = (
        "Compile the English catalogue when it has changed. Example: manage.py compile_translations"
    )
    requires_system_checks = []

    def handle(self, **options):
        if compile_catalogue(settings.BASE_DIR):
            self.stdout.write("The English catalogue is compiled.")
