"""/investment/. Each deed is one form: investment/deeds.py says which."""

from django.urls import path

from investment import views
from investment.deeds import KINDS

app_name = "investment"


def addresses(kind, entry):
    """Of one kind of record: the list, a new one (from a key), a row's page and its deeds."""
    root = f"{kind}s/"
    yield path(root, views.listing, {"kind": kind}, name=f"{kind}s")
    yield path(f"{root}new/", views.create, {"kind": kind}, name=f"{kind}_new")
    yield path(f"{root}new/<str:key>/", views.create, {"kind": kind}, name=f"{kind}_from")
    yield path(f"{root}<str:number>/", views.detail, {"kind": kind}, name=kind)
    yield path(
        f"{root}<str:number>/edit/", views.act, {"kind": kind, "name": "edit"}, name=f"{kind}_edit"
    )
    for name, deed in entry.deeds.items():
        end = f"{name}/<str:key>/" if deed.keyed else f"{name}/"
        extra = {"kind": kind, "name": name}
        yield path(f"{root}<str:number>/{end}", views.act, extra, name=f"{kind}_{name}")


urlpatterns = [
    path("", views.overview, name="overview"),
    path("receipts/", views.receipts, name="receipts"),
    path("chains/", views.chains, name="chains"),
    path("chains/node/<str:key>/", views.node, name="node"),
    *(address for kind, entry in KINDS.items() for address in addresses(kind, entry)),
]
