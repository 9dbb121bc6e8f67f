"""Finds Chinese that people would read untranslated: outside gettext, outside template tags."""

import ast
import re

from hangu.translations import KEYWORDS, sources

HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
# Modules whose Chinese is data (retyped notices, sample rows, parsing of Chinese), not interface.
DATA = (
    "hangu/sample/",
    "hangu/literals.py",
    "directory/names.py",
    "worktime/announced.py",
    "issues/drawing.py",
)
# A command has no reader with a language of his own: it always speaks the portal's.
COMMANDS = "/management/commands/"
# At the end of a line: its Chinese is data (part of a number, a word looked for in a file).
DATA_MARK = "# data"
MARKED = (
    re.compile(r"\{#.*?#\}", re.S),
    re.compile(r"\{%\s*comment.*?%\}.*?\{%\s*endcomment\s*%\}", re.S),
    re.compile(r"\{%\s*blocktrans(?:late)?\b.*?%\}.*?\{%\s*endblocktrans(?:late)?\s*%\}", re.S),
    re.compile(r"\{%\s*trans(?:late)?\b.*?%\}", re.S),
    re.compile(r"_\(\"[^\"]*\"\)|_\('[^']*'\)"),
)


def unmarked(base):
    """[(file:line, text)] of Chinese outside gettext in the portal's own code, templates and
    scripts.
    """
    found = []
    for path in sources(base, {".py", ".html", ".txt", ".js"}):
        name = path.relative_to(base).as_posix()
        if name.startswith(DATA) or COMMANDS in name:
            continue
        if path.suffix == ".py":
            rows = in_python(path.read_text(encoding="utf-8"))
        elif path.suffix == ".js":
            rows = in_script(path.read_text(encoding="utf-8"))
        elif "templates" in path.parts:
            rows = in_template(path.read_text(encoding="utf-8"))
        else:
            continue
        found += [(f"{name}:{line}", text) for line, text in rows]
    return found


def in_python(text):
    """Yields (line, literal); docstrings and what is inside a gettext call are passed over."""
    tree, lines = ast.parse(text), text.split("\n")
    passed = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and called(node) in KEYWORDS:
            passed.update(id(part) for part in ast.walk(node))
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            passed.add(id(node.value))
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in passed
        ):
            if HAN.search(node.value) and DATA_MARK not in lines[node.lineno - 1]:
                yield node.lineno, node.value.strip()[:60]


def called(node):
    return getattr(node.func, "id", None) or getattr(node.func, "attr", None)


def in_template(text):
    for pattern in MARKED:
        # Line breaks stay, so that the numbers of what is left are right.
        text = pattern.sub(lambda match: "\n" * match.group().count("\n"), text)
    for number, line in enumerate(text.split("\n"), 1):
        if HAN.search(line):
            yield number, line.strip()[:60]


def in_script(text):
    text = re.sub(r"/\*.*?\*/", lambda match: "\n" * match.group().count("\n"), text, flags=re.S)
    for number, line in enumerate(text.split("\n"), 1):
        if HAN.search(line.partition("// ")[0]):
            yield number, line.strip()[:60]
