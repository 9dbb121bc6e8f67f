"""Who calls: `Authorization: Bearer <key>` looked up by its hash.

A key bound to a user acts as that user; an unbound one is a KeyPrincipal, a system that sees only
what it sent in itself.
"""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed

from accounts import roles
from accounts.models import ApiKey

USE_NOTED_EVERY = timedelta(minutes=1)


class KeyPrincipal:
    """Stands where a User stands, for a key that belongs to no person."""

    pk = id = None
    is_authenticated = is_active = True
    is_anonymous = is_staff = is_superuser = False
    department = department_id = enterprise = enterprise_id = None
    roles = frozenset({roles.ANONYMOUS})

    def __init__(self, key):
        self.api_key = key
        self.api_scopes = frozenset(key.scopes)

    def __str__(self):
        return self.api_key.name


class ApiKeyAuthentication(BaseAuthentication):
    keyword = b"bearer"

    def authenticate(self, request):
        """(user or KeyPrincipal, ApiKey); None without the header. Raises AuthenticationFailed."""
        words = get_authorization_header(request).split()
        if not words:
            return None
        if words[0].lower() != self.keyword or len(words) != 2:
            raise AuthenticationFailed(_("Authorization 请求头应为 Bearer 加密钥。"))
        key = self._key(words[1])
        note_use(key)
        return principal(key), key

    def authenticate_header(self, request):
        return 'Bearer realm="api"'

    def _key(self, given):
        # latin-1 cannot fail: whatever bytes came are hashed and simply not found.
        text = given.decode("latin-1")
        key = ApiKey.objects.select_related("user").filter(key_hash=ApiKey.hash(text)).first()
        if key is None or not key.is_usable or (key.user and not key.user.is_active):
            # One answer for all three: a guesser learns nothing.
            raise AuthenticationFailed(_("密钥无效、已过期或已吊销。"))
        return key


def principal(key):
    """The user a key acts as, or a KeyPrincipal."""
    if key.user is None:
        return KeyPrincipal(key)
    key.user.api_scopes, key.user.acting_key = frozenset(key.scopes), key
    return key.user


def note_use(key):
    """Writes last_used_at at most once a minute, so that reading stays reading."""
    now = timezone.now()
    if key.last_used_at is None or now - key.last_used_at >= USE_NOTED_EVERY:
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)
