"""Following an issue without an account: who has shown its code and telephone digits, and for how
long that holds.

The proof lives in the session under "proven" as [[issue pk, second of the proof], …], newest first.
"""

import hmac
import secrets
import unicodedata

from django.core import signing
from django.utils.crypto import salted_hmac

from issues.messages import RATE_SALT
from issues.models import CODE_ALPHABET, Attachment, Issue, Rating
from issues.workflow import STEPS

PROVEN, SUBMITTED = "proven", "submitted"
LASTS = 30 * 60
KEPT = 10
DIGITS, CODE_LENGTH = 4, 16
# What an enterprise may do to an issue it has proven: read from the table, so never more than that.
ACTIONS = tuple(name for name, step in STEPS.items() if step.sources and "anonymous" in step.by)
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


def public_file(session, pk, now):
    """A public Attachment of a proven issue; raises Attachment.DoesNotExist."""
    return Attachment.objects.get(pk=pk, public=True, issue__in=proven(session, now))


def followed(issue):
    """The issue that is worked on: the one a merged issue joined, however often that repeats."""
    seen = set()
    while issue.merged_into_id and issue.pk not in seen:
        seen.add(issue.pk)
        issue = issue.merged_into
    return issue


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


def code_for(token, *words):
    """The tracking code of what is sent with this form, None without a token of ours.

    The code is unique in the database, so the same words sent twice with one form (a double click,
    a reload) can become one issue only; other words sent with it become another.
    """
    try:
        secret = signing.loads(token, salt=FORM_SALT, max_age=FORM_LASTS)
    except signing.BadSignature:
        return None
    value = "\0".join([secret, *words])
    number = int.from_bytes(salted_hmac(FORM_SALT, value, algorithm="sha256").digest())
    letters = []
    for _place in range(CODE_LENGTH):
        number, letter = divmod(number, len(CODE_ALPHABET))
        letters.append(CODE_ALPHABET[letter])
    return "".join(letters)


def rating_state(token):
    """`rated`, `expired` or `forged`: why a rating link takes no rating any more."""
    try:
        pk, number = signing.loads(token, salt=RATE_SALT)
    except signing.BadSignature:
        return "forged"
    return "rated" if Rating.objects.filter(issue=pk, round=number).exists() else "expired"


def _live(session, now):
    since = now.timestamp() - LASTS
    return [(pk, at) for pk, at in session.get(PROVEN, []) if at >= since]
