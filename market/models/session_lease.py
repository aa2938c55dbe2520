"""Leases of sessions: what cancels orders when their owner is heard of no more."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class SessionLease(models.Model):
    """A session's promise to be heard of again before ``expires_at``, by the database's clock.

    When it is not, the account's orders are canceled that carry one of the flags in ``exec_inst``; with 0 all of them.
    ``token`` is the right to renew it: who opens the session anew takes it over. A row lives as long as its session.
    """

    account = models.ForeignKey("market.Account", on_delete=models.PROTECT, db_constraint=False)
    session = models.CharField(max_length=64)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, db_constraint=False)
    token = models.UUIDField(unique=True)
    exec_inst = models.BigIntegerField()
    timeout_s = models.IntegerField()
    opened_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="session_once_per_account", fields=["account", "session"]),
            models.CheckConstraint(name="session_timeout_positive", condition=Q(timeout_s__gte=1)),
        ]

    def __str__(self) -> str:
        return f"session {self.session} of account {self.account_id}"
