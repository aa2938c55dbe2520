"""The audit log."""

from django.conf import settings
from django.db import models
from django.utils import timezone


class AuditEntry(models.Model):
    """One privileged act: who, from where, what, on what, and the facts of it. Append-only, held by the database.

    ``digest`` chains the entries, so that none can be changed, left out or put in between unnoticed.
    """

    happened_at = models.DateTimeField(default=timezone.now)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_constraint=False
    )
    actor_name = models.CharField(max_length=150)
    door = models.CharField(max_length=16)
    address = models.CharField(max_length=64, blank=True)
    action = models.CharField(max_length=64)
    subject = models.CharField(max_length=128)
    detail = models.JSONField(default=dict)
    digest = models.BinaryField(max_length=32, null=True)

    class Meta:
        verbose_name_plural = "audit entries"
        indexes = [models.Index(fields=["-happened_at"], name="audit_newest_first")]

    def __str__(self) -> str:
        return f"{self.action} {self.subject} by {self.actor_name}"

    @property
    def chained_values(self) -> list[object]:
        """What the entry's digest covers: everything it says."""
        return [
            self.happened_at,
            self.actor_id,
            self.actor_name,
            self.door,
            self.address,
            self.action,
            self.subject,
            self.detail,
        ]
