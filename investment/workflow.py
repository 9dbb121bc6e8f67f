"""The stages of a prospect, its clocks, and who may do what: tables without ORM.

线索 → 研判 → 洽谈 → 考察 → 拟签约 → 签约
any open stage → 搁置 → back to where it was; any open stage → 流失 (with a reason)
"""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

LEAD, JUDGING, TALKS, INSPECTION, SIGNING, SIGNED = (
    "lead",
    "judging",
    "talks",
    "inspection",
    "signing",
    "signed",
)
SHELVED, LOST = "shelved", "lost"
LABELS = {
    LEAD: pgettext_lazy("线索阶段", "线索"),
    JUDGING: pgettext_lazy("线索阶段", "研判"),
    TALKS: pgettext_lazy("线索阶段", "洽谈"),
    INSPECTION: pgettext_lazy("线索阶段", "考察"),
    SIGNING: pgettext_lazy("线索阶段", "拟签约"),
    SIGNED: pgettext_lazy("线索阶段", "已签约"),
    SHELVED: pgettext_lazy("线索阶段", "搁置"),
    LOST: pgettext_lazy("线索阶段", "流失"),
}
CHOICES = list(LABELS.items())
WAY = (LEAD, JUDGING, TALKS, INSPECTION, SIGNING, SIGNED)
OPEN = (LEAD, JUDGING, TALKS, INSPECTION, SIGNING)
BOARD = (*OPEN, SIGNED)

# clock → (field that meets it, label)
CLOCKS = {
    "respond": ("responded_on", _("首次响应")),
    "judge": ("judged_on", pgettext_lazy("时限", "研判")),
    "reply": ("replied_on", _("答复企业")),
    "update": ("", _("更新进展")),
}
# deed → roles
DEEDS = {
    "trip": {"promoter"},
    "prospect": {"promoter"},
    "deal": {"promoter"},
    "commitment": {"promoter"},
    "receipt": {"promoter"},
    "recognise": {"promoter", "leader"},
    "land": {"promoter", "planner"},
    "chain": {"promoter"},
    "transfer": {"promoter"},
}
# Who sees what is not signed yet, with names; and who sees what is signed.
UNSIGNED = frozenset({"promoter", "leader", "auditor"})
SIGNED_READERS = UNSIGNED | {"planner"}
MAP_READERS = SIGNED_READERS | {"coordinator", "handler", "department_head"}
# Who finds the lists; an enterprise reads its own deals and transfers there, and no more.
DEAL_LISTS = SIGNED_READERS | {"enterprise"}
TRANSFER_LISTS = MAP_READERS | {"enterprise"}


def may_move(source, target, before=""):
    """Whether a prospect may go from one stage to another: along the way both ways while it
    is open, aside to 搁置 or 流失, and back to where it was. 签约 comes by a deal alone.
    """
    if source == target or SIGNED in (source, target):
        return False
    if source in OPEN:
        return target in (*OPEN, SHELVED, LOST)
    return target == before or (source == SHELVED and target == LOST)
