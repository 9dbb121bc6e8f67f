"""What can be done in promotion work, as one table: address, form and right."""

from dataclasses import dataclass

from investment.forms import chains, deals, prospects, receipts, trips
from investment.models import Deal, Prospect, TechTransfer, Trip
from projects.forms.fields import DeedForm


@dataclass(frozen=True)
class Deed:
    right: str
    form: type[DeedForm]
    keyed: bool = False


@dataclass(frozen=True)
class Kind:
    """A kind of record: its rows, its form, and what else is done to one."""

    model: type
    right: str
    form: type[DeedForm]
    deeds: dict


KINDS = {
    "trip": Kind(Trip, "trip", trips.TripForm, {"visit": Deed("trip", trips.VisitForm)}),
    "prospect": Kind(
        Prospect,
        "prospect",
        prospects.ProspectForm,
        {
            "follow": Deed("prospect", prospects.FollowForm),
            "move": Deed("prospect", prospects.MoveForm, keyed=True),
        },
    ),
    "deal": Kind(
        Deal,
        "deal",
        deals.DealForm,
        {
            "commitment": Deed("commitment", deals.CommitmentForm, keyed=True),
            "land": Deed("land", deals.LandForm),
            "receipt": Deed("receipt", receipts.ReceiptForm),
            "recognise": Deed("recognise", receipts.RecogniseForm, keyed=True),
            "refuse": Deed("recognise", receipts.RefuseForm, keyed=True),
        },
    ),
    "transfer": Kind(TechTransfer, "transfer", chains.TransferForm, {}),
}
