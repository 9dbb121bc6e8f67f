"""Users, their roles, the leaders' portfolios and the keys of REST clients."""

import hashlib
import secrets
from datetime import timedelta

from django.contrib.auth.models import AbstractUser, Group
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts import roles
from directory.models import Department, Enterprise

SCOPES = (
    "projects:read",
    "investment:read",
    "issues:read",
    "issues:write",
    "directory:read",
    "reports:read",
)

PENDING = "pending:"


class User(AbstractUser):
    name = models.CharField(_("姓名"), max_length=60, blank=True)
    phone = models.CharField(_("电话"), max_length=20, blank=True)
    language = models.CharField(
        _("语言"),
        max_length=10,
        choices=[("zh-hans", _("简体中文")), ("en", _("英语"))],
        default="zh-hans",
    )
    department = models.ForeignKey(
        Department,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="members",
        verbose_name=_("部门"),
    )
    enterprise = models.ForeignKey(
        Enterprise,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="contacts",
        verbose_name=_("企业"),
    )
    is_principal = models.BooleanField(_("主要领导"), default=False)
    groups = models.ManyToManyField(
        Group, through="Membership", blank=True, related_name="user_set", verbose_name=_("角色")
    )

    class Meta:
        verbose_name = verbose_name_plural = _("用户")
        constraints = [
            # An enterprise's contact is never an official: what he sees is decided by which of
            # the two is set.
            models.CheckConstraint(
                condition=models.Q(department=None) | models.Q(enterprise=None),
                name="user_official_or_enterprise",
            )
        ]

    def __str__(self):
        return self.label

    @property
    def label(self):
        return self.name or self.username

    @cached_property
    def roles(self):
        """Slugs of this user's roles; read once per request."""
        return frozenset(self.groups.values_list("name", flat=True))


class Membership(models.Model):
    """A role given to a user."""

    user = models.ForeignKey(User, models.CASCADE)
    group = models.ForeignKey(Group, models.CASCADE)
    given_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "group"], name="membership_once"),
            models.UniqueConstraint(
                fields=["user"],
                condition=models.Q(group__in=roles.SEPARATED_NUMBERS),
                name="membership_separated_duties",
                violation_error_message=_(
                    "审计监督、安全管理员、系统管理员三种角色不得由同一人兼任。"
                ),
            ),
        ]
        verbose_name = verbose_name_plural = _("角色授予")

    def __str__(self):
        return f"{self.user} · {self.group}"


class Portfolio(models.Model):
    """分管: which leader answers for a department."""

    department = models.OneToOneField(Department, models.CASCADE, related_name="portfolio")
    leader = models.ForeignKey(User, models.PROTECT, related_name="portfolios")

    class Meta:
        verbose_name = verbose_name_plural = _("分管关系")

    def __str__(self):
        return f"{self.department} · {self.leader}"


class ApiKey(models.Model):
    """A REST client's key. Only its hash is stored; unbound keys act for a system, bound ones
    with their user's role.
    """

    name = models.CharField(_("名称"), max_length=60, unique=True)
    key_hash = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(_("范围"), default=list)
    user = models.ForeignKey(User, models.CASCADE, null=True, blank=True, related_name="api_keys")
    # Who takes the key over, once; empty for keys made on the command line.
    holder = models.ForeignKey(
        User,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="held_keys",
        verbose_name=_("领取人"),
    )
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField(_("有效期至"))
    revoked_at = models.DateTimeField(_("吊销时间"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("最近使用"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("接口密钥")
        ordering = ["name"]

    def __str__(self):
        return self.name

    @staticmethod
    def hash(key):
        # A random key of 256 bits needs no slow hash.
        return hashlib.sha256(key.encode()).hexdigest()

    @classmethod
    def create(cls, name, scopes, user=None, days=365):
        """(row, key); the key itself is never seen again."""
        key = cls.new_key()
        expires_at = timezone.now() + timedelta(days=days)
        row = cls.objects.create(
            name=name,
            key_hash=cls.hash(key),
            scopes=sorted(scopes),
            user=user,
            expires_at=expires_at,
        )
        return row, key

    @staticmethod
    def new_key():
        return "hg_" + secrets.token_urlsafe(32)

    @staticmethod
    def no_hash():
        """Stands where the hash comes when the key is taken over; no key has it."""
        return PENDING + secrets.token_hex(24)

    @property
    def is_pending(self):
        return self.key_hash.startswith(PENDING)

    @property
    def is_usable(self):
        return self.revoked_at is None and self.expires_at > timezone.now()

    def take_over(self):
        """The key itself, seen this once; None when it was taken before or ended meanwhile."""
        key = self.new_key()
        pending = type(self).objects.filter(pk=self.pk, key_hash=self.key_hash)
        usable = self.is_pending and self.is_usable
        return key if usable and pending.update(key_hash=self.hash(key)) else None
