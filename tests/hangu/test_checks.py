"""`make check` fails on what it is there for: each fault is planted in a copy of the tree."""

import os
import shutil
import subprocess

import pytest

from tests.portal import ROOT

IGNORED = (".git", ".venv", "var", "node_modules", "staticfiles", "__pycache__", "test-results")
MODEL = '\n\nclass Planted(models.Model):\n    name = models.CharField("x", max_length=5)\n'


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    tree = tmp_path_factory.mktemp("checks") / "portal"
    shutil.copytree(ROOT, tree, ignore=shutil.ignore_patterns(*IGNORED))
    for name in (".venv", "node_modules"):
        (tree / name).symlink_to(ROOT / name)
    return tree


def step(tree, words):
    """Run the step of `make check` that contains `words`; (exit code, all output)."""
    dry = subprocess.run(
        ["make", "--dry-run", "check"], cwd=tree, capture_output=True, text=True, check=True
    )
    (command,) = [line for line in dry.stdout.replace("\\\n", " ").split("\n") if words in line]
    drop = ("DJANGO_SETTINGS_MODULE", "DATABASE_URL", "CELERY_BROKER_URL", "DEBUG", "VAR_DIR")
    drop += ("DJANGO_ALLOW_ASYNC_UNSAFE",)  # set for the browser tests; the deploy check refuses it
    environment = {name: value for name, value in os.environ.items() if name not in drop}
    done = subprocess.run(
        ["sh", "-c", command],
        cwd=tree,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("words", "file", "planted", "named"),
    [
        ("lint-imports", "worktime/clock.py", "import issues.models\n", "worktime.clock"),
        ("lint-imports", "issues/querysets.py", "import issues.services\n", "issues.querysets"),
        ("ruff check", "worktime/clock.py", "import json\n", "F401"),
        ("makemigrations", "directory/models.py", MODEL, "Planted"),
        ("check_translations", "directory/models.py", 'PLANTED = _("种下的文字")\n', "种下的文字"),
        ("check_translations", "templates/404.html", "<p>没有标记的文字</p>", "没有标记的文字"),
        ("djlint", "templates/404.html", '<p style="color: red">x</p>', "H021"),
        ("check --deploy", "hangu/settings.py", "SESSION_COOKIE_SECURE = False\n", "security.W012"),
        ("tests/house", "directory/utils.py", "VALUE = 1\n", "directory/utils.py"),
        (
            "tests/house",
            "issues/facts.py",
            'def f(issue):\n    issue.status = "x"\n',
            "issues/facts.py",
        ),
    ],
)
def test_a_planted_fault_is_named(tree, words, file, planted, named):
    path = tree / file
    before = path.read_text(encoding="utf-8") if path.exists() else None
    path.write_text((before or "") + "\n" + planted, encoding="utf-8")
    try:
        code, output = step(tree, words)
    finally:
        path.unlink() if before is None else path.write_text(before, encoding="utf-8")
    assert code != 0
    assert named in output


@pytest.mark.parametrize(
    "words",
    [
        "ruff check",
        "lint-imports",
        "djlint",
        "makemigrations",
        "check --deploy",
        "check_translations",
    ],
)
def test_the_tree_as_it_is_passes(tree, words):
    code, output = step(tree, words)
    assert code == 0, output
