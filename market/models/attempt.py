"""The attempt of a book's next batch, and the commands that no attempt survives."""

from django.db import models


class Attempt(models.Model):
    """How often a batch was begun from the same oldest command of a book; a committed batch leaves another oldest one.

    Written outside the batch's own transaction, so that it outlives a matcher which does not.
    """

    instrument_id = models.BigIntegerField(primary_key=True)
    inbox_id = models.BigIntegerField()
    count = models.IntegerField()
    worker = models.CharField(max_length=64)
    began_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"attempt {self.count} from command {self.inbox_id}"


class Quarantine(models.Model):
    """A command that the core does not survive, kept as it was; the journal has its reject at ``command_seq``.

    ``command`` is the core's COMMAND record, byte for byte. Append-only.
    """

    instrument_id = models.BigIntegerField()
    command_seq = models.BigIntegerField()
    inbox_id = models.BigIntegerField()
    kind = models.SmallIntegerField()
    order_id = models.BigIntegerField()
    account_id = models.BigIntegerField()
    command = models.BinaryField()
    cause = models.CharField(max_length=200)
    quarantined_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "quarantined commands"
        constraints = [
            models.UniqueConstraint(name="quarantined_once", fields=["instrument_id", "command_seq"]),
        ]

    def __str__(self) -> str:
        return f"command {self.command_seq}: {self.cause}"
