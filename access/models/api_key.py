"""Keys that programs sign in with."""

import hashlib

from django.conf import settings
from django.db import models

API_KEY_PREFIX_LENGTH = 12


class ApiKey(models.Model):
    """A 256-bit secret of a user, shown once. Only its digest is kept; the prefix finds the row."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=64)
    prefix = models.CharField(max_length=API_KEY_PREFIX_LENGTH, unique=True)
    secret_digest = models.BinaryField(max_length=32)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "API key"

    def __str__(self) -> str:
        return f"{self.prefix}… ({self.name})"


def digest_of(secret: str) -> bytes:
    """What is kept of a key. A fast digest suffices because the secret has 256 random bits."""
    return hashlib.sha256(secret.encode()).digest()
