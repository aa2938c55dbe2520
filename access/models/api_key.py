"""Keys that programs sign in with."""

import hashlib

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from access.records import KeyTerms
from vocabulary import limits
from vocabulary.roles import KeyScope

API_KEY_PREFIX_LENGTH = 12
ALL_SCOPES = KeyScope.READ | KeyScope.TRADE | KeyScope.ADMIN
SCOPES_STORED = [scopes for scopes in range(ALL_SCOPES.value + 1) if KeyScope.READ in KeyScope(scopes)]


class ApiKey(models.Model):
    """A 256-bit secret of a user, shown once. Only its digest is kept; the prefix finds the row.

    ``scopes`` is a KeyScope. ``accounts`` are the numbers of those it reaches, NULL for all that its holder may trade;
    whose they are is not known here. ``addresses`` are the networks that it may be used from, none for everywhere.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=limits.API_KEY_NAME_LENGTH_MAX)
    prefix = models.CharField(max_length=API_KEY_PREFIX_LENGTH, unique=True)
    secret_digest = models.BinaryField(max_length=32)
    scopes = models.SmallIntegerField(default=ALL_SCOPES.value)
    accounts = ArrayField(models.CharField(max_length=16), null=True, blank=True)
    addresses = ArrayField(models.CharField(max_length=49), default=list, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    last_address = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = "API key"
        constraints = [
            models.CheckConstraint(name="api_key_may_read", condition=Q(scopes__in=SCOPES_STORED)),
        ]

    def __str__(self) -> str:
        return f"{self.prefix}… ({self.name})"

    @property
    def terms(self) -> KeyTerms:
        """What the key is for."""
        return KeyTerms(
            scopes=KeyScope(self.scopes),
            accounts=None if self.accounts is None else frozenset(self.accounts),
            expires_at=self.expires_at,
            addresses=tuple(self.addresses),
        )


def digest_of(secret: str) -> bytes:
    """What is kept of a key. A fast digest suffices because the secret has 256 random bits."""
    return hashlib.sha256(secret.encode()).digest()
