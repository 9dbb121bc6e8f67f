"""What is too long to be read at once is divided."""

import ast

from tests.house.rooms import modules, name, templates, tree

FUNCTION, MODULE, TEMPLATE = 50, 400, 150
# One table, one story: dividing them would hide what they show.
WHOLE = {"hangu/styleguide.py", "tests/test_loop.py"}


def lines(path):
    return path.read_text(encoding="utf-8").count("\n")


def test_functions_are_short():
    seen, long = 0, []
    for path in modules(tests=True):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                seen += 1
                if node.end_lineno - node.lineno + 1 > FUNCTION and name(path) not in WHOLE:
                    long.append(f"{name(path)}:{node.lineno} {node.name}")
    assert seen > 300
    assert long == []


def test_modules_are_short():
    files = modules(tests=True)
    assert len(files) > 80
    assert [name(path) for path in files if lines(path) > MODULE] == []


def test_templates_are_short():
    files = templates()
    assert len(files) > 20
    assert [name(path) for path in files if lines(path) > TEMPLATE] == []
