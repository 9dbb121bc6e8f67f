"""The catalogue check finds what it is for, in a small tree of its own."""

from pathlib import Path

import pytest

from hangu.literals import unmarked
from hangu.translations import catalogue_path, compile_catalogue, extract, faults, update

ROOT = Path(__file__).resolve().parent.parent.parent

VIEWS = '''
from django.utils.translation import gettext as _, ngettext, pgettext

def page(name, n):
    """中文说明。"""
    words = ngettext("%(n)d 件", "%(n)d 件", n), pgettext("月", "三")
    return _("你好，%(name)s") % {"name": name}, words
'''
PAGE = """{% load i18n %}{# 注释 #}
  <h1>{% translate "标题" %}</h1>
      <p>{% blocktranslate with name=x %}共 {{ name }} 件{% endblocktranslate %}</p>
   {% blocktranslate count n=n %}{{ n }} 天{% plural %}{{ n }} 天{% endblocktranslate %}
{% include "x.html" with title=_("内页") %}
"""
ENGLISH = {
    "你好，%(name)s": "Hello, %(name)s",
    "%(n)d 件": ("one item", "%(n)d items"),
    "三": "March",
    "标题": "Title",
    "共 %(name)s 件": "%(name)s in all",
    "%(n)s 天": ("%(n)s day", "%(n)s days"),
    "内页": "Inside",
}


@pytest.fixture
def tree(tmp_path):
    (tmp_path / "app/templates").mkdir(parents=True)
    (tmp_path / "app/views.py").write_text(VIEWS, encoding="utf-8")
    (tmp_path / "app/templates/page.html").write_text(PAGE, encoding="utf-8")
    update(tmp_path)
    return tmp_path


def translate(tree, **changed):
    """Fill the catalogue in by hand, as a translator does."""
    path = catalogue_path(tree)
    lines, current, out = path.read_text(encoding="utf-8").split("\n"), None, []
    for line in lines:
        if line.startswith("msgid "):
            current = line[7:-1]
        text = ENGLISH.get(current)
        if text and line == 'msgstr ""':
            line = f'msgstr "{text}"'
        for form in (0, 1):
            if isinstance(text, tuple) and line == f'msgstr[{form}] ""':
                line = f'msgstr[{form}] "{text[form]}"'
        out.append(line)
    path.write_text("\n".join(out), encoding="utf-8")


def said(tree):
    return {(fault, str(message)) for fault, message, _where in faults(tree)}


def edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_every_kind_of_message_is_found(tree):
    assert {str(message) for message in extract(tree)} == {
        "你好，%(name)s",
        "%(n)d 件 / %(n)d 件",
        "月: 三",
        "标题",
        "共 %(name)s 件",
        "%(n)s 天 / %(n)s 天",
        "内页",
    }


def test_a_complete_catalogue_has_no_fault_and_does_not_change(tree):
    translate(tree)
    assert said(tree) == set()
    before = catalogue_path(tree).read_bytes()
    update(tree)
    assert catalogue_path(tree).read_bytes() == before


def test_an_empty_translation_is_named(tree):
    translate(tree)
    edit(catalogue_path(tree), "Title", "")
    assert said(tree) == {("not translated", "标题")}


def test_a_new_message_is_missing_until_written(tree):
    translate(tree)
    edit(tree / "app/templates/page.html", "标题", "新标题")
    assert said(tree) == {("missing", "新标题"), ("obsolete", "标题")}
    update(tree)
    assert said(tree) == {("not translated", "新标题")}


def test_a_fuzzy_message_is_named(tree):
    translate(tree)
    edit(catalogue_path(tree), 'msgid "标题"', '#, fuzzy\nmsgid "标题"')
    assert said(tree) == {("fuzzy", "标题")}


@pytest.mark.parametrize("english", ["Hello", "Hello, %(nam)s", "Hello, {name}"])
def test_a_placeholder_that_differs_is_named(tree, english):
    translate(tree)
    edit(catalogue_path(tree), "Hello, %(name)s", english)
    ((fault, message),) = said(tree)
    assert fault.startswith("placeholders differ")
    assert message == "你好，%(name)s"


def test_other_catalogues_are_merged(tree, tmp_path):
    other = tmp_path / "other.po"
    other.write_text('msgid "标题"\nmsgstr "Heading"\n', encoding="utf-8")
    update(tree, [other])
    assert 'msgstr "Heading"' in catalogue_path(tree).read_text(encoding="utf-8")


def test_the_catalogue_is_compiled_when_it_is_older(tree):
    translate(tree)
    assert compile_catalogue(tree)
    assert catalogue_path(tree).with_suffix(".mo").stat().st_size > 100
    assert not compile_catalogue(tree)


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("app/forms.py", 'LABEL = "名称"\n'),
        ("app/forms.py", 'def say(n):\n    return f"共{n}件"\n'),
        ("app/templates/other.html", "<p>中文</p>"),
        ("app/templates/other.html", '{% include "x.html" with title="中文" %}'),
        ("app/static/x.js", 'alert("中文")'),
    ],
)
def test_chinese_that_is_not_marked_is_found(tree, file, text):
    assert unmarked(tree) == []
    (tree / file).parent.mkdir(exist_ok=True)
    (tree / file).write_text(text, encoding="utf-8")
    assert {where.partition(":")[0] for where, _text in unmarked(tree)} == {file}


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("app/forms.py", 'SUFFIX = "号"  # data\n'),
        ("app/forms.py", '"""模块说明。"""\n# 注释\n'),
        ("app/management/commands/load.py", 'HELP = "载入"\n'),
        ("app/templates/other.html", "{% comment %}说明{% endcomment %}<p>x</p>"),
        ("app/static/x.js", "/* 说明\n两行 */ go(); // 注释"),
    ],
)
def test_data_commands_and_comments_need_no_mark(tree, file, text):
    (tree / file).parent.mkdir(parents=True, exist_ok=True)
    (tree / file).write_text(text, encoding="utf-8")
    assert unmarked(tree) == []


def test_the_portal_itself_is_read():
    assert len(extract(ROOT)) > 300
