from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from issues import drawing

TARGET = Path("docs") / "loop.md"


class Command(BaseCommand):
    help = "从 STEPS 生成 docs/loop.md。例：manage.py draw_loop；manage.py draw_loop --check"

    def add_arguments(self, parser):
        parser.add_argument("--check", action="store_true", help="只核对是否与 STEPS 一致")

    def handle(self, **options):
        path = settings.BASE_DIR / TARGET
        with translation.override("zh-hans"):
            text = drawing.loop_page()
        if not options["check"]:
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            raise CommandError(f"{TARGET} is stale: run manage.py draw_loop")
