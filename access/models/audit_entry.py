"""The audit log."""

from django.conf import settings
from django.db import models


class AuditEntry(models.Model):
    """One privileged act: who, from where, what, on what, and the facts of it. Append-only, held by the database.

    ``digest`` chains it to the entry before it (``access.audit_chain``). Ids grow in the order of the chain; those of
    transactions that were rolled back are missing.
    """

    happened_at = models.DateTimeField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_constraint=False
    )
    actor_name = models.CharField(max_length=150)
    door = models.CharField(max_length=16)
    address = models.CharField(max_length=64, blank=True)
    action = models.CharField(max_length=64)
    subject = models.CharField(max_length=128)
    detail = models.JSONField(default=dict)
    digest = models.BinaryField(max_length=32)

    class Meta:
        verbose_name_plural = "audit entries"
        indexes = [models.Index(fields=["-happened_at"], name="audit_newest_first")]

    def __str__(self) -> str:
        return f"{self.action} {self.subject} by {self.actor_name}"


class AuditHead(models.Model):
    """Where the audit log ends: how many entries there are, the last one's id and digest. One row, of id 1.

    Written with each entry, so that an entry that is gone from the end is missed too.
    """

    id = models.SmallIntegerField(primary_key=True, default=1)
    entries = models.BigIntegerField()
    entry_id = models.BigIntegerField()
    digest = models.BinaryField(max_length=32)

    class Meta:
        constraints = [models.CheckConstraint(name="audit_head_is_one_row", condition=models.Q(id=1))]

    def __str__(self) -> str:
        return f"{self.entries} audit entries"
