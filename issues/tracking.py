"""Following an issue without an account: who has shown its code and telephone digits, and for how
long that holds.

The proof lives in the session under "proven" as [[issue pk, second of the proof], …], newest first.
"""

import hmac
import json
import secrets
import unicodedata
from urllib.parse import urlencode

from django.core import signing
from django.forms import RadioSelect
from django.urls import resolve, reverse
from django.utils.crypto import salted_hmac

from issues import presenters, workflow
from issues.choices import RATING
from issues.facts import open_steps
from issues.forms import StepForm
from issues.messages import RATE_SALT, rating_token
from issues.models import CODE_ALPHABET, Attachment, Issue, Rating
from issues.timeline import timeline
from issues.workflow import STEPS
from worktime.services import current_calendar

PROVEN, SUBMITTED = "proven", "submitted"
LASTS = 30 * 60
KEPT = 10
DIGITS, CODE_LENGTH = 4, 16
# What an enterprise may do to an issue it has proven: read from the table, so never more than that.
ACTIONS = tuple(name for name, step in STEPS.items() if step.sources and "anonymous" in step.by)
# The one an enterprise most likely came for stands first.
ORDER = sorted(ACTIONS, key=lambda name: (name == "withdraw", name != "rate", name != "urge"))
FORM_SALT = "issues.submit"
FORM_LASTS = 24 * 3600


def normalised_code(text):
    """A code as stored: full-width letters, small letters, blanks and dashes are the writer's."""
    text = unicodedata.normalize("NFKC", text).upper()
    return "".join(character for character in text if character.isalnum())


def last_digits(text):
    """The last four digits of a telephone number, however it is written."""
    text = unicodedata.normalize("NFKC", text)
    return "".join(character for character in text if character in "0123456789")[-DIGITS:]


def find(code, digits):
    """The issue of this code and these last digits, or None. Which of the two was wrong shows
    neither in the answer nor in the time it takes.
    """
    found = Issue.objects.filter(tracking_code=code).first()
    right = last_digits(found.contact_phone) if found else "-" * DIGITS
    return found if hmac.compare_digest(right.encode(), digits.encode()) else None


def prove(session, issue, now):
    kept = [row for row in _live(session, now) if row[0] != issue.pk]
    session[PROVEN] = [[issue.pk, int(now.timestamp())], *kept][:KEPT]


def proven(session, now):
    """Primary keys of the issues proven within the last 30 minutes, the latest first."""
    return [pk for pk, _at in _live(session, now)]


def forget(session):
    session.pop(PROVEN, None)
    session.pop(SUBMITTED, None)


def issues(session, now):
    """The proven issues in the order of their proof, with all the tracking page shows."""
    pks = proven(session, now)
    rows = Issue.objects.for_page().in_bulk(pks) if pks else {}
    return [rows[pk] for pk in pks if pk in rows]


def proven_issue(session, number, now):
    """The proven issue of this number, or None."""
    return next((row for row in issues(session, now) if row.number == number), None)


def tabs(found, chosen):
    """For components/_tabs.html, one tab a proven issue."""
    return [
        {
            "label": row.number,
            "url": f"{reverse('track')}?{urlencode({'number': row.number})}",
            "current": row == chosen,
        }
        for row in found
    ]


def public_file(session, pk, now):
    """A public Attachment of a proven issue; raises Attachment.DoesNotExist."""
    return Attachment.objects.get(pk=pk, public=True, issue__in=proven(session, now))


def shown(issue, actor, now, wrong=None):
    """What the tracking page says of one issue: for templates/public/_progress.html.

    `wrong` is a StepForm that was refused; it is shown again with what was typed.
    """
    course = presenters.course(issue, current_calendar(), now, public_only=True)
    return course | {
        "issue": issue,
        "status": presenters.status_badge(issue),
        "due": course["running"],
        "events": _events(issue),
        "forms": [
            {"form": form, "open": form is wrong, **presenters.confirmation(form.step)}
            for form in _forms(issue, actor, now, wrong)
        ],
        "rate_url": _rate_url(issue),
    }


def step_form(issue, action, actor, **kwargs):
    """A StepForm whose ids are its own, since the page holds several."""
    ids = f"{issue.number}-{action}-%s"
    form = StepForm(STEPS[action], issue=issue, actor=actor, auto_id=ids, **kwargs)
    if "rating" in form.fields:
        form.fields["rating"].widget = RadioSelect(choices=RATING)
    return form


def version_of(data):
    """The version a posted form was made for; None when it carries none that can be read."""
    text = data.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 10 else None


def _forms(issue, actor, now, wrong):
    """The forms of the steps open now, rating first; a refused one stays though no longer open."""
    opened = [step.action for step in open_steps(issue, actor, now) if step.action in ACTIONS]
    if wrong is not None and wrong.step.action not in opened:
        opened.append(wrong.step.action)
    opened.sort(key=ORDER.index)
    return [
        wrong
        if wrong is not None and wrong.step.action == action
        else step_form(issue, action, actor)
        for action in opened
    ]


def _events(issue):
    items = timeline(issue, public_only=True)
    for file in (file for item in items for file in item["files"]):
        # The officials' address of a file needs an account; here the proof opens it.
        file["url"] = reverse("track-file", args=[resolve(file["url"]).kwargs["pk"]])
    return items


def _rate_url(issue):
    resolved = issue.status == workflow.RESOLVED
    return reverse("rate", args=[rating_token(issue)]) if resolved else None


def remember_submitted(session, issue):
    session[SUBMITTED] = [issue.pk, *session.get(SUBMITTED, [])][:KEPT]


def submitted(session, number):
    """The issue this session submitted under `number`; raises Issue.DoesNotExist."""
    return Issue.objects.select_related("enterprise").get(
        number=number, pk__in=session.get(SUBMITTED, [])
    )


def form_token():
    """Made anew for every request form shown, and good for a day: see code_for."""
    return signing.dumps(secrets.token_urlsafe(12), salt=FORM_SALT)


def code_for(token, browser, *words):
    """The tracking code of what is sent with this form, None without a token of ours or a secret
    of the browser's.

    The code is unique in the database, so the same words sent twice with one form (a double click,
    a reload) can become one issue only; other words sent with it become another. So do the same
    words from another browser: whoever learns a token cannot be led to the first one's issue.
    """
    if not browser:
        return None
    try:
        secret = signing.loads(token, salt=FORM_SALT, max_age=FORM_LASTS)
    except signing.BadSignature:
        return None
    value = json.dumps([secret, browser, *words])
    number = int.from_bytes(salted_hmac(FORM_SALT, value, algorithm="sha256").digest())
    letters = []
    for _place in range(CODE_LENGTH):
        number, letter = divmod(number, len(CODE_ALPHABET))
        letters.append(CODE_ALPHABET[letter])
    return "".join(letters)


def rating_state(token):
    """`rated`, `expired` or `forged`: why a rating link takes no rating any more."""
    try:
        pk, number = signing.Signer(salt=RATE_SALT).unsign_object(token)
    except signing.BadSignature:
        return "forged"
    return "rated" if Rating.objects.filter(issue=pk, round=number).exists() else "expired"


def _live(session, now):
    since = now.timestamp() - LASTS
    return [(pk, at) for pk, at in session.get(PROVEN, []) if at >= since]
