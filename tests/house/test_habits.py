"""Habits that a review would otherwise have to look for."""

import ast
import re

from tests.house.rooms import ROOT, modules, name, templates, tree

VIEWS = ("views.py", "public_views.py", "api.py")
# Where an issue's status may be set: the one place that writes its event, too.
STATUS_SETTERS = {"issues/services.py"}
INLINE = re.compile(r"<script(?![^>]*\bsrc=)|<style\b|\sstyle=|\son\w+=[\"']|javascript:", re.I)


def calls(path, *names):
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", None) in names:
            yield node


def test_views_ask_querysets_by_name():
    views = [path for path in modules() if path.name in VIEWS]
    assert len(views) >= 4
    found = [
        f"{name(path)}:{call.lineno}" for path in views for call in calls(path, "filter", "exclude")
    ]
    assert found == []


def status_settings(path):
    """Lines where an attribute `status` is assigned, or `update(status=…)` is called.

    Other rows (an application, a message) have statuses too; they are named by their own model's
    enumeration, `Application.Status.…`, and are passed over.
    """
    other = re.compile(r"\b(?!Issue\b)[A-Z]\w+\.Status\.")
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign):
            targets = getattr(node, "targets", None) or [node.target]
            set_here = any(getattr(target, "attr", None) == "status" for target in targets)
            if set_here and not other.search(ast.unparse(node)):
                yield node.lineno
    for call in calls(path, "update", "bulk_update"):
        for keyword in call.keywords:
            if keyword.arg == "status" and not other.search(ast.unparse(keyword.value)):
                yield call.lineno


def test_only_the_service_sets_an_issues_status():
    files = [path for path in modules() if name(path).startswith("issues/")]
    assert len(files) > 20
    setters = {name(path) for path in files if any(True for _line in status_settings(path))}
    assert setters == STATUS_SETTERS


def test_templates_carry_no_inline_style_or_script():
    files = templates()
    assert len(files) > 20
    found = [
        f"{name(path)}:{number}"
        for path in files
        for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1)
        if INLINE.search(line)
    ]
    assert found == []


def test_nothing_is_loaded_from_another_host():
    loaded = re.compile(r"(?:src|href)=[\"'](?:https?:)?//|@import|url\([\"']?https?:", re.I)
    scripts = [*ROOT.glob("static/**/*.js"), *ROOT.glob("front/**/*.js")]
    files = [*templates(), *ROOT.glob("static/**/*.css"), *scripts]
    assert len(files) > 30
    assert [name(path) for path in files if loaded.search(path.read_text(encoding="utf-8"))] == []


def test_nobody_listens_to_domain_signals():
    files = [path for path in modules() if not name(path).startswith("hangu/")]
    assert len(files) > 50
    signals = re.compile(r"django\.db\.models\.signals|django\.dispatch")
    assert [name(path) for path in files if signals.search(path.read_text(encoding="utf-8"))] == []


def test_the_paths_named_in_the_architecture_exist():
    text = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    paths = set(
        re.findall(
            r"`((?:[\w.-]+/)+[\w.-]*|[\w-]+\.(?:py|md|toml|txt|yml|json))(?::[\w.]+)?`", text
        )
    )
    assert len(paths) > 15
    assert [path for path in sorted(paths) if not (ROOT / path).exists()] == []
    assert text.count("\n") <= 150


def test_no_message_hides_in_an_f_string():
    # Neither the catalogue's extraction nor the search for unmarked Chinese looks into one.
    seen, hidden = 0, []
    for path in modules():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.JoinedStr):
                seen += 1
                inside = [part for part in ast.walk(node) if isinstance(part, ast.Call)]
                if any(getattr(call.func, "id", "") in ("_", "gettext") for call in inside):
                    hidden.append(f"{name(path)}:{node.lineno}")
    assert seen > 30
    assert hidden == []
