"""Lives the sample's promotion work through, by the services of the portal: chains, trips,
prospects, deals with what was promised, the money that came in, and technology transfers.
"""

import re

from django.db.models import Max, OuterRef, Subquery

from directory.models import Industry
from hangu.sample.acts import Acts
from hangu.sample.almanac import Almanac
from hangu.sample.chains import Transfers, load_chains
from hangu.sample.contracts import Contracts
from hangu.sample.courtship import Courtship
from hangu.sample.outings import Outings
from hangu.sample.sketches import chance, tables
from hangu.sample.timeline import settle
from investment import reminders
from investment.models import Deal, PipelineEvent, Prospect, Receipt, TechTransfer, Trip
from notifications.models import Message
from projects.models import KeyProject

OF_2023 = re.compile(r"\d\d-\d\d")
PROMOTERS = ("promoter", "promoter_b")


class Promotion(Acts):
    """What the parts share. `trips`, `prospects`, `deals`: {key: row} as far as they have come;
    `ended`: {key: last day} of every trip out.
    """

    def __init__(self, calendar, anchor, enterprises, users):
        super().__init__(Almanac(calendar, anchor))
        self.enterprises, self.users = enterprises, users
        self.industries = {row.code: row for row in Industry.objects.all()}
        self.trips, self.ended, self.prospects, self.deals = {}, {}, {}, {}
        names = {key: row["name"] for key, row in tables("projects.toml").items()}
        found = {row.name: row for row in KeyProject.objects.filter(name__in=names.values())}
        self.projects = {key: found[name] for key, name in names.items() if name in found}

    def read(self, text):
        """The working day a text states; one without a year is of the published year 2023."""
        written = f"2023-{text}" if OF_2023.fullmatch(text) else text
        return self.almanac.worked(self.almanac.read(written))

    def keeper(self, key):
        """Who of the two promoters keeps a record."""
        return self.users[PROMOTERS[chance(key, "keeper") % 3 % 2]]

    def other(self, user):
        """Who recognises what this one has entered: the second promoter."""
        return self.users[PROMOTERS[user.username == PROMOTERS[0]]]

    def tell(self):
        mark = Message.objects.aggregate(last=Max("pk"))["last"] or 0
        self.nodes = load_chains(self)
        for part in (Outings(self), Courtship(self), Contracts(self), Transfers(self)):
            part.tell()
        self.take_all()
        for model in (Trip, Prospect, Deal, TechTransfer):
            date_back(model)
        *_earlier, morning = self.almanac.openings(0)
        reminders.sweep(now=morning)
        settle(self.almanac, mark)
        return {
            "trips": Trip.objects.count(),
            "prospects": Prospect.objects.count(),
            "deals": Deal.objects.count(),
            "receipts": Receipt.objects.count(),
        }


def date_back(model):
    """Records were made when they were entered in the story."""
    name = model._meta.model_name.removeprefix("tech")
    first = PipelineEvent.objects.filter(**{name: OuterRef("pk")}, version=1)
    model.objects.filter(is_sample=True).update(created_at=Subquery(first.values("at")[:1]))


def load_promotion(calendar, anchor, enterprises, users):
    """Stores it as it stands at `anchor`; returns the numbers of what there is."""
    return Promotion(calendar, anchor, enterprises, users).tell()
