"""What calls for each reminder of promotion work, when it is due, and what puts an end to it."""

from dataclasses import dataclass
from datetime import date

from tests.investment.pipeline import at, fresh, wan

# Thursday 12 March 2026
BEGUN = at(2026, 3, 12)
FAR = date(2026, 12, 1)


def prospect(pipeline):
    return pipeline.prospect(now=BEGUN, next_on=FAR)


def to_do(pipeline):
    return pipeline.prospect(now=BEGUN, next_on=date(2026, 3, 20))


def deal(pipeline, **values):
    return pipeline.deal(wan(1000), now=BEGUN, **values)


def registered(pipeline):
    return deal(pipeline, registered_on=BEGUN.date())


def promised(pipeline):
    made = deal(pipeline)
    pipeline.promise(made, now=BEGUN, due_on=date(2026, 4, 20))
    return made


def meet(clock):
    def met(pipeline, row, now):
        pipeline.follow(row, clock, now=now, next_on=FAR)

    met.__name__ = f"meet_{clock}"
    return met


def follow(pipeline, row, now):
    pipeline.follow(row, now=now, next_on=FAR)


def shelve(pipeline, row, now):
    pipeline.move(row, "shelved", now=now)


def lose(pipeline, row, now):
    pipeline.move(row, "lost", now=now)


def go_on(pipeline, row, now):
    pipeline.move(row, "talks", now=now)


def sign(pipeline, row, now):
    pipeline.deal(wan(1), from_prospect=row, now=now)


def put_off(pipeline, row, now):
    pipeline.change(row, now=now, next_on=FAR)


def keep(pipeline, row, now):
    promise(pipeline, row, now, met_on=now.date())


def waive(pipeline, row, now):
    promise(pipeline, row, now, waived_reason="双方同意。")


def postpone(pipeline, row, now):
    promise(pipeline, row, now, due_on=FAR)


def promise(pipeline, row, now, **values):
    pipeline.promise(row, now=now, commitment=row.commitments.get(), **values)


def register(pipeline, row, now):
    pipeline.deal(deal=row, now=now, registered_on=now.date())


def agree_later(pipeline, row, now):
    pipeline.deal(deal=row, now=now, due_register=FAR)


def pay(pipeline, row, now):
    pipeline.receipt(row, wan(1), now=now)


def end(pipeline, row, now):
    for item in row.commitments.open():
        waive(pipeline, fresh(row), now)
        assert item
    pipeline.deal(deal=fresh(row), now=now, status="terminated", termination_reason="退出。")


def finish(pipeline, row, now):
    pipeline.deal(deal=row, now=now, status="finished")


def exclude(pipeline, row, now):
    pipeline.deal(deal=row, now=now, exclusion=pipeline.excluded())


@dataclass
class Case:
    kind: str
    made: object
    first: tuple  # month and day on which it speaks for the first time
    people: list
    done: list

    def __str__(self):
        return self.kind


OWNER, PROMOTERS = ["promoter"], ["promoter", "second"]
LEAVES = [shelve, lose, sign]
CASES = [
    # 1, 3 and 5 working days after Thursday the 12th
    Case("respond_due", prospect, (3, 13), OWNER, [meet("respond"), *LEAVES]),
    Case("judge_due", prospect, (3, 17), OWNER, [meet("judge"), *LEAVES]),
    Case("reply_due", prospect, (3, 19), OWNER, [meet("reply"), *LEAVES]),
    # 14 and 60 days after it
    Case("update_due", prospect, (3, 26), OWNER, [follow, go_on, *LEAVES]),
    Case("silent", prospect, (5, 11), OWNER, [follow, go_on, *LEAVES]),
    Case("next_due", to_do, (3, 20), OWNER, [follow, put_off, *LEAVES]),
    # thirty days before 20 April, and the day after
    Case("commitment_due", promised, (3, 21), PROMOTERS, [keep, waive, postpone, end]),
    Case("commitment_late", promised, (4, 21), PROMOTERS, [keep, waive, postpone, end]),
    # 60 days after signing, 90 after registration
    Case(
        "register_due",
        deal,
        (5, 11),
        PROMOTERS,
        [register, agree_later, end, finish, exclude],
    ),
    Case("receipt_due", registered, (6, 10), PROMOTERS, [pay, end, finish, exclude]),
]
DONE = [(case, done) for case in CASES for done in case.done]
