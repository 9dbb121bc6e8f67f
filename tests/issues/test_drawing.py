"""docs/loop.md shows the table as it is."""

import pytest
from django.core.management import CommandError, call_command

from issues import drawing, workflow


def test_the_drawing_in_docs_is_not_stale():
    call_command("draw_loop", "--check")


def test_a_changed_table_makes_it_stale(monkeypatch):
    shorter = {name: step for name, step in workflow.STEPS.items() if name != "urge"}
    monkeypatch.setattr(drawing, "STEPS", shorter)
    with pytest.raises(CommandError, match="stale"):
        call_command("draw_loop", "--check")


def test_every_step_and_every_move_is_drawn():
    page = drawing.loop_page()
    for step in workflow.STEPS.values():
        assert f"| `{step.action}` |" in page
    assert "    confirmed --> closed: " in page
    assert "    resolved --> in_progress: " in page
