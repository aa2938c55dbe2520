"""Signatures that were used: each is good for one request."""

from django.db import models


class SignatureUse(models.Model):
    """The digest of a signature, kept for as long as its request would still be taken."""

    digest = models.BinaryField(max_length=32, primary_key=True)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = "used signature"

    def __str__(self) -> str:
        return bytes(self.digest).hex()
