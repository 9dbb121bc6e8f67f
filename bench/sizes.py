"""How much each SIZE fills and how often it measures."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    name: str
    few: int  # issues when the pages are measured first
    issues: int  # issues when everything is measured
    due: int  # due reminders, one an issue in work
    pages: int  # runs of a page
    sweeps: int  # runs of a sweep
    walks: int  # issues walked through the loop
    mails: int = 500


SIZES = {
    "small": Size("small", few=1_000, issues=10_000, due=2_000, pages=15, sweeps=5, walks=10),
    "full": Size("full", few=1_000, issues=100_000, due=20_000, pages=15, sweeps=3, walks=30),
}
