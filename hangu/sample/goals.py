"""The district's published targets of 2023; what was reached is not published, and stays open."""

from cockpit.models import Target

YEAR = 2023
# name, English name, unit, goal, less is better
GOALS = (
    ("新增规上企业", "New enterprises above designated size", "家", 5, False),
    ("新增专精特新企业", "New specialised and innovative enterprises", "家", 4, False),
    ("新增高新技术企业", "New high-tech enterprises", "家", 4, False),
    ("高新技术产业增加值增速", "Growth of high-tech value added", "%", 10, False),
    ("审批时限压缩", "Approval time cut", "%", 35, False),
)  # data


def load_targets():
    for name, name_en, unit, goal, at_most in GOALS:
        Target.objects.create(
            number=Target.next_number(YEAR),
            year=YEAR,
            name=name,
            name_en=name_en,
            unit=unit,
            goal=goal,
            at_most=at_most,
        )
