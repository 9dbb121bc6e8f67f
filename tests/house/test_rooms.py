"""Every room is in the import contract, and a module's name says what is in it."""

from tests.house.rooms import APPS, CONFIG, ROOT, modules, name

DJANGO = set(
    """__init__ admin api api_urls apps asgi authentication celery checks context_processors fields
    filters forms managers middleware models pagination permissions querysets renderers schedule
    serializers services settings signals tasks throttling urls validators views wsgi""".split()
)
# The portal's own words; a new one is added here deliberately, or the code goes where it belongs.
RULES = set(
    """actors addresses announced answers approvals audiences boards broker calendar_changes
    calendars chains channels charts choices circulars clock clocks commitments conditions
    consent dates deadlines deals decisions deeds dispatch documents drawing effects environment
    errors examples exports faces facts feedback figures files funds funnel gates grids health
    kinds layout ledger lights lines listing literals markup matching measures messages
    milestones money names oc4ids oddities pages patterns pdf permitting planning plots policies
    presenters problems promises prospects public_forms public_urls public_views rates receipts
    records registry reminders reporting reports roles rules schema signing signins snapshots
    sponsorship stages statistics styleguide supervision supervisor sync telling timeline
    tracking translations triggers trips twins uscc viewer visiting walks watch webhooks word
    wording workflow worklist""".split()
)
# The ways out of the portal, and the panel that watches them.
RULES |= set("adapters caches lanes metrics operations outbound outbox senders wishes".split())
# Named after what they are: commands, template tags and the sample's stories.
FREE = ("/management/commands/", "/templatetags/", "/sample/")


def test_every_app_is_in_the_import_contract():
    contract = CONFIG["tool"]["importlinter"]
    order, inside = contract["contracts"]
    assert len(APPS) >= 7
    assert set(contract["root_packages"]) == set(APPS)
    assert set(APPS) <= {layer.strip("()") for layer in order["layers"]}
    assert set(inside["containers"]) == set(APPS) - {"hangu"}


def test_every_folder_with_python_is_an_app_or_known():
    rooms = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert len(rooms) >= 8
    assert rooms - set(APPS) <= {"tests", "bench"}


def test_modules_have_names_from_the_vocabulary():
    checked = [path for path in modules() if not any(part in f"/{name(path)}" for part in FREE)]
    assert len(checked) > 60
    assert [name(path) for path in checked if path.stem not in DJANGO | RULES] == []


def test_the_vocabulary_has_no_rubbish_drawers():
    assert not (DJANGO | RULES) & {"utils", "helpers", "common", "misc", "base", "core", "lib"}
