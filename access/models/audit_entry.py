"""The audit log."""

from django.conf import settings
from django.db import models


class AuditEntry(models.Model):
    """One privileged act: who, from where, what, on what, and the facts of it. Append-only, held by the database."""

    happened_at = models.DateTimeField(auto_now_add=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_constraint=False
    )
    actor_name = models.CharField(max_length=150)
    door = models.CharField(max_length=16)
    address = models.CharField(max_length=64, blank=True)
    action = models.CharField(max_length=64)
    subject = models.CharField(max_length=128)
    detail = models.JSONField(default=dict)

    class Meta:
        verbose_name_plural = "audit entries"
        indexes = [models.Index(fields=["-happened_at"], name="audit_newest_first")]

    def __str__(self) -> str:
        return f"{self.action} {self.subject} by {self.actor_name}"
