"""The sample's prospects, from the first news of them to the deal, the loss or today."""

from decimal import Decimal

from hangu.sample.sketches import chance, tables
from investment import services, workflow
from ledgers.money import read_amount
from worktime import clock

ENTERED, FOLLOWED, MOVED, ENDED = 60, 150, 200, 260
# Working days after it came: entered when it was answered; judged within these.
KNOWN, JUDGED = 5, 3
# The stages that are noted on the way to a later one.
NOTED = (workflow.TALKS,)
WAY = (workflow.JUDGING, workflow.TALKS, workflow.INSPECTION, workflow.SIGNING)


class Courtship:
    def __init__(self, story):
        self.story, self.almanac = story, story.almanac
        self.file = tables("prospects.toml")
        self.words, self.deals = self.file["words"], tables("deals.toml")

    def tell(self):
        for part in ("year2023", "later"):
            for outcome, rows in self.file[part].items():
                for row in rows:
                    getattr(self, outcome)(Prospecting(self, row))

    def signed(self, row):
        """Up to the eve of the deal; deals.toml tells on."""
        self.enter_known(row, self.story.read(self.deals[row.key]["signed"]), workflow.SIGNING)

    def lost(self, row):
        stage, day, reason, text = row.rest[:4]
        end = self.story.read(day)
        self.enter_known(row, end, stage)
        given = {"target": workflow.LOST, "reason": reason, "text": text}
        self.story.add(end, ENDED, self.move, row.key, row.owner, given)

    def shelved(self, row):
        stage, day, text = row.rest[:3]
        end = self.story.read(day)
        self.enter_known(row, end, stage)
        given = {"target": workflow.SHELVED, "text": text}
        self.story.add(end, ENDED, self.move, row.key, row.owner, given)

    def enter_known(self, row, end, stage):
        """Entered when the enterprise had its answer."""
        day = self.shifted(row.came, KNOWN)
        late = chance(row.key, "late") % 8 == 0
        values = row.values() | {
            "responded_on": self.shifted(row.came, 2 if late else 1),
            "judged_on": self.shifted(row.came, JUDGED),
            "replied_on": self.shifted(row.came, JUDGED + 1),
            "screening": self.words["screening"],
            "next_action": self.words["next"]["judging"],
            "next_on": self.shifted(day, 4),
        }
        self.story.add(day, ENTERED, self.enter, row, values)
        self.moves(row, day, end, stage)

    def moves(self, row, begin, end, stage):
        """In even steps from one day to the other."""
        reached = [target for target in WAY[: WAY.index(stage)] if target in NOTED]
        reached.append(stage)
        span = (end - begin) / (len(reached) + 1)
        for number, target in enumerate(reached, 1):
            day = self.almanac.worked(begin + span * number)
            given = {"target": target, "text": self.words["texts"][target]}
            self.story.add(day, MOVED, self.move, row.key, row.owner, given)

    def open(self, row):
        """Each step of it, to where it stands today."""
        stage, last, action, on = row.rest[:4]
        last = self.story.read(last)
        first = {"next_action": self.words["first"], "next_on": self.shifted(row.came, 1)}
        given = {"next_action": action, "next_on": self.almanac.read(on)}
        if last == row.came:
            self.story.add(row.came, ENTERED, self.enter, row, row.values() | given)
            return
        self.story.add(row.came, ENTERED, self.enter, row, row.values() | first)
        self.clocks(row, stage, last)
        if stage != workflow.LEAD:
            self.moves(row, self.shifted(row.came, 1), last, stage)
        text = self.words["texts"].get(stage, self.words["answer"])
        self.story.add(last, ENDED, self.follow, row, given | {"text": text})

    def clocks(self, row, stage, last):
        """Answered on the next day; judged and replied to in time, once it was judged at all."""
        day, judged = min(self.shifted(row.came, 1), last), self.shifted(row.came, JUDGED)
        answer = {"text": self.words["answer"], "met": ["respond"]}
        answer |= {"next_action": self.words["judge"], "next_on": self.shifted(day, 2)}
        self.story.add(day, FOLLOWED, self.follow, row, answer)
        if stage in (workflow.LEAD, workflow.JUDGING):
            return
        verdict = {"text": self.words["texts"]["judging"], "met": ["judge", "reply"]}
        verdict |= {"next_action": self.words["next"]["talks"], "next_on": self.shifted(judged, 5)}
        self.story.add(judged, FOLLOWED, self.follow, row, verdict)

    def shifted(self, day, number):
        return clock.shift_workdays(self.almanac.calendar, day, number)

    # Deeds

    def enter(self, now, row, values):
        trip = self.story.trips.get((row.trip, "outbound"))
        self.story.prospects[row.key] = services.save_prospect(
            user=row.owner,
            now=now,
            sample=True,
            values=values
            | {"from_trip": trip, "from_visit": self.story.trips.get((row.trip, row.company))},
        )

    def follow(self, now, row, given):
        prospect = self.story.prospects[row.key]
        services.follow_up(prospect=prospect, user=row.owner, now=now, **given)

    def move(self, now, key, user, given):
        prospect = self.story.prospects[key]
        self.story.prospects[key] = services.move(prospect=prospect, user=user, now=now, **given)


class Prospecting:
    """One row of prospects.toml, read. `came`: the day it came; `rest`: how it went on."""

    def __init__(self, courtship, row):
        self.story = courtship.story
        self.key, self.company, self.title, self.origin, self.channel = row[:5]
        _trip, _space, self.trip = row[5].partition("trip ")
        # Found on a trip, it came on the working day after it.
        self.came = (
            courtship.shifted(self.story.ended[self.trip], 1)
            if self.trip
            else self.story.read(row[5])
        )
        self.industry, self.node, self.amount, *self.rest = row[6:]
        marks = str(self.rest[-1]) if self.rest else ""
        self.marks = marks.split() if set(marks.split()) <= {"head", "listed"} else []
        self.owner = self.story.keeper(self.key)

    def values(self):
        read = read_amount(self.amount)
        need = read.yuan and (read.yuan / Decimal(3_000_000)).quantize(Decimal(1))
        return {
            "company": self.company,
            "title": f"示例·{self.title}",
            "origin": self.origin,
            "channel": self.channel,
            "industry": self.story.industries.get(self.industry),
            "node": self.story.nodes.get(self.node),
            "intended_investment": read.yuan,
            "intended_investment_text": read.text,
            "land_mu": need or None,
            "energy_need": "用电约2000千伏安" if chance(self.key) % 3 == 0 else "",
            "is_head": "head" in self.marks,
            "is_listed": "listed" in self.marks,
            "contact_name": f"示例·{'周吴郑王冯陈褚卫蒋沈'[chance(self.key) % 10]}经理",
            "contact_phone": f"1380000{5000 + chance(self.key, 'phone') % 4000:04d}",
            "owner": self.owner,
            "received_on": self.came,
        }
