"""The sample's trips and whom they called on."""

from datetime import timedelta
from decimal import Decimal

from hangu.sample.sketches import chance, tables
from investment import services

ENTERED, VISITED = 300, 320
# Working days before a trip to come is entered.
AHEAD = 5
# Yuan: a day nearby and a day far away.
NEAR, FAR = 1_200, 4_600
NEARBY = {"天津", "北京", "唐山", "汉沽管理区"}


class Outings:
    def __init__(self, story):
        self.story, self.almanac, self.file = story, story.almanac, tables("trips.toml")
        self.words = self.file["words"]
        # The companies that became prospects were called on.
        self.met = {}
        for part in ("year2023", "later"):
            for rows in tables("prospects.toml")[part].values():
                for row in rows:
                    if row[5].startswith("trip "):
                        self.met.setdefault(row[5].removeprefix("trip "), []).append(row[1])

    def tell(self):
        for part in ("year2023", "later"):
            for activity, rows in self.file[part].items():
                for row in rows:
                    self.trip(activity, *row)

    def trip(self, activity, key, days, cities, theme, industry, leader):
        """Entered on its last day; one to come is entered before it."""
        start = self.story.read(key)
        end = self.almanac.worked(start + timedelta(days=days - 1))
        if activity == "outbound":
            self.story.ended[key] = end
        is_past = end <= self.almanac.base
        user = self.story.users["promoter" if chance(key, theme) % 3 else "promoter_b"]
        values = {
            "activity": activity,
            "theme": theme,
            "start_on": start,
            "end_on": end,
            "leader": self.story.users.get(leader),
            "team": self.pick("teams", key, theme),
            "industry": self.story.industries.get(industry),
            "cost": self.cost(key, activity, days, cities) if is_past else None,
            "summary": f"示例：{self.pick('summaries', key, theme)}" if is_past else "",
        }
        day = end if is_past else self.almanac.date(AHEAD)
        places = cities.split("、")
        self.story.add(day, ENTERED, self.enter, key, activity, user, values, places)
        if is_past and activity == "outbound":
            visits = [*self.met.get(key, ()), *self.others(key, industry, places[0])]
            for company in visits:
                self.story.add(end, VISITED, self.visit, key, activity, user, company)

    def pick(self, words, *salt):
        return self.words[words][chance(*salt, words) % len(self.words[words])]

    def cost(self, key, activity, days, cities):
        """Yuan; what was not noted is not known."""
        if activity != "outbound" or chance(key, "cost") % 9 == 0:
            return None
        daily = NEAR if set(cities.split("、")) <= NEARBY else FAR
        return Decimal(daily * days + chance(key, cities) % 900)

    def others(self, key, industry, city):
        """One or two companies of the trade that did not become a prospect."""
        trade, firms = self.words["trades"][industry], self.words["firms"]
        for number in range(1 + chance(key, "visits") % 2):
            firm = firms[(chance(key, "firm") + number) % len(firms)]
            yield f"示例{city}{firm}{trade}有限公司"

    def enter(self, now, key, activity, user, values, places):
        self.story.trips[key, activity] = services.save_trip(
            user=user, values=values, places=places, now=now, sample=True
        )

    def visit(self, now, key, activity, user, company):
        trip = self.story.trips[key, activity]
        values = {
            "company": company,
            "kind": "again" if "回访" in trip.theme else "first",
            "met": self.pick("met", company),
            "notes": f"示例：{self.pick('notes', company, key)}",
        }
        visit = services.add_visit(trip=trip, user=user, values=values, now=now)
        self.story.trips[key, company] = visit
