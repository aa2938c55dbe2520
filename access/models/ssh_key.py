"""Public keys that operators come in with over SSH."""

from django.conf import settings
from django.db import models

from access.public_keys import FINGERPRINT_LENGTH_MAX, PUBLIC_KEY_LENGTH_MAX


class SshKey(models.Model):
    """The public half of an operator's key. A fingerprint is registered once and for ever: a revoked key stays out."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="ssh_keys")
    name = models.CharField(max_length=64)
    public_key = models.CharField(max_length=PUBLIC_KEY_LENGTH_MAX)
    fingerprint = models.CharField(max_length=FINGERPRINT_LENGTH_MAX, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "SSH key"

    def __str__(self) -> str:
        return f"{self.fingerprint} ({self.name})"
