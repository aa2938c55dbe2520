"""The participants' own order ids."""

from django.db import models

from vocabulary.rejects import RejectReason


class ClOrdIdUse(models.Model):
    """That an account has used a ClOrdID, for what content and with what outcome. Never reused, never deleted."""

    account_id = models.BigIntegerField()
    cl_ord_id = models.CharField(max_length=64)
    content_hash = models.BinaryField(max_length=16)
    order_id = models.BigIntegerField()
    outcome = models.SmallIntegerField(default=RejectReason.NONE)
    outcome_text = models.CharField(max_length=200, blank=True)
    used_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="cl_ord_id_once", fields=["account_id", "cl_ord_id"])]
