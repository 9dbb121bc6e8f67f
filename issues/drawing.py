"""docs/loop.md, drawn from STEPS: the diagram of statuses and a table of every step."""

from issues.choices import CLOCK, FIELD_LABELS
from issues.workflow import STAGES, STATUSES, STEPS


def loop_page():
    """The whole page as Markdown, with a Mermaid state diagram."""
    lines = ["# 闭环", "", "由 `manage.py draw_loop` 从 `issues/workflow.py` 生成，勿手改。", ""]
    lines += ["## 状态图", "", "```mermaid", "stateDiagram-v2", *_states(), *_arrows(), "```", ""]
    lines += ["## 步骤", "", "| 操作 | 名称 | 起 → 止 | 谁 | 填写（* 必填） | 起算 | 停止 | 告知 |"]
    lines += ["|---|---|---|---|---|---|---|---|", *map(_row, STEPS.values()), ""]
    return "\n".join(lines)


def _states():
    for status, (label, stage) in STATUSES.items():
        named = f"{label}（{STAGES[stage]}）" if stage else label
        yield f'    state "{named}" as {status}'


def _arrows():
    yield "    [*] --> submitted: 提交诉求"
    for step in STEPS.values():
        for source in step.sources:
            for target in dict.fromkeys(step.to.values()):
                if target and target != source:
                    yield f"    {source} --> {target}: {step.label}"


def _row(step):
    targets = " / ".join(dict.fromkeys(target or "不变" for target in step.to.values()))
    clocks = {code: str(label) for code, label in CLOCK}
    cells = [
        f"`{step.action}`",
        str(step.label),
        f"{' '.join(step.sources) or '—'} → {targets}",
        " ".join(step.by),
        "、".join(f"{FIELD_LABELS[f.name]}{'*' if f.required else ''}" for f in step.fields) or "—",
        "、".join(clocks[name] for name in step.starts) or "—",
        "、".join(clocks[name] for name in step.stops) or "—",
        " ".join(step.tells) or "—",
    ]
    return f"| {' | '.join(cells)} |"
