"""What a light says of itself: its inputs and its rule, exactly enough, in both languages."""

import re
from dataclasses import replace

import pytest
from django.utils import translation

from projects import lights, stages
from tests.projects.test_lights import (
    QUIET,
    due,
    finish,
    invested,
    issues,
    late,
    missing,
    operation,
    since,
)

SAID = [
    (invested(6, "20"), "points", ["20.0%", "30.0个百分点", "6月", "落后≥10个百分点", "黄灯"]),
    (invested(6, "19.99"), "points", ["落后序时进度30.01个百分点", "落后>30个百分点", "红灯"]),
    (invested(6, "40.04"), "points", ["落后序时进度9.96个百分点", "绿灯"]),
    (invested(6, "39.999"), "ratio", ["达到序时的79.998%", "比例<80%", "黄灯"]),
    (invested(6, "60"), "points", ["60.0%", "超前", "10.0个百分点", "绿灯"]),
    (invested(6, "25"), "ratio", ["25.0%", "50.0%", "比例<60%", "红灯"]),
    (due(0), "points", ["2026年3月28日", "本月到期", "≥0个月", "黄灯"]),
    (due(4), "points", ["2025年11月28日", "逾期4个月未开工", "≥3个月", "红灯"]),
    (finish(1), "points", ["2026年2月28日", "逾期1个月未竣工", "黄灯"]),
    (missing(1), "points", ["2026年2月", "未报", "缺报≥1个月", "黄灯"]),
    (operation(0), "points", ["2026年3月28日投产", "本月到期尚未投产", "绿灯"]),
    (operation(3), "points", ["2025年12月28日", "逾期3个月未投产", "未投产≥3个月", "红灯"]),
    (missing(2), "points", ["2026年1月等2个月月报到期未报", "缺报≥2个月", "红灯"]),
    (since(2), "points", ["2026年1月12日", "，2个月尚未入库", "未入库≥1个月", "黄灯"]),
    (since(2, 1), "points", ["2026年1月11日", "2.03个月尚未入库", "未入库>2个月", "红灯"]),
    (late(15), "points", ["施工图审查", "15个工作日", "超期≥15个工作日", "红灯"]),
    (issues(3), "points", ["3件", "逾期问题≥3件", "红灯"]),
    (replace(QUIET, stage=stages.PAUSED), "points", ["停缓建"]),
    (QUIET, "points", ["尚无到期"]),
]


@pytest.mark.parametrize(("inputs", "scheme", "words"), SAID)
def test_each_light_says_its_inputs_and_its_rule(rules, inputs, scheme, words):
    reason = lights.judge(rules[scheme], inputs).reason
    assert [word for word in words if word not in reason] == [], reason
    assert reason.endswith("。")
    assert len(reason) <= 300
    assert lights.sentence(lights.judge(rules[scheme], inputs).facts) == reason


# Rounded to one decimal each would be a threshold (10, 20, 30 points; 60, 80 %) it is not.
SHOWN = [
    ("points", "40", "10.0"),
    ("points", "40.04", "9.96"),
    ("points", "40.05", "9.95"),
    ("points", "40.06", "9.9"),
    ("points", "40.0004", "9.9996"),
    ("points", "40.000001", "9.999999"),
    ("points", "39.96", "10.04"),
    ("points", "20", "30.0"),
    ("points", "20.04", "29.96"),
    ("points", "19.96", "30.04"),
    ("points", "19.94", "30.1"),
    ("points", "29.96", "20.0"),  # no threshold of this scheme
    ("points", "60.04", "10.0"),  # ahead: nothing is near
    ("ratio", "40", "80.0%"),
    ("ratio", "39.98", "79.96%"),
    ("ratio", "40.02", "80.04%"),
    ("ratio", "39.96", "79.9%"),
    ("ratio", "29.999", "59.998%"),
    ("ratio", "20", "40.0%"),
]


@pytest.mark.parametrize(("scheme", "done", "shown"), SHOWN)
def test_what_has_not_reached_a_threshold_is_not_said_to_be_on_it(rules, scheme, done, shown):
    reason = lights.judge(rules[scheme], invested(6, done)).reason
    before = "达到序时的" if scheme == "ratio" else "序时进度"
    after = "" if scheme == "ratio" else "个百分点"
    assert f"{before}{shown}{after}" in reason


def test_nearly_a_month_is_not_said_to_be_one(rules):
    """12 February less a day: 27 of 28 days."""
    entry = [row for row in rules["points"] if row.dimension == "entry"]
    assert "，0.96个月尚未入库，亮绿灯" in lights.judge(entry, since(1, -1)).reason
    assert "，1个月尚未入库（" in lights.judge(entry, since(1)).reason


@pytest.mark.parametrize(("inputs", "scheme", "_words"), SAID)
def test_an_english_reader_reads_no_chinese(rules, inputs, scheme, _words):
    stored = lights.judge(rules[scheme], inputs).facts
    with translation.override("en"):
        reason = lights.sentence(stored)
    assert re.findall(r"[\u3000-\u9fff\uff00-\uffef]", reason) == []
    assert reason.endswith(".")
