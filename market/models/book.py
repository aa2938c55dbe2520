"""A book's row, the batches that moved it and its snapshots."""

from django.db import models

from market.models.packed import PackedField
from vocabulary.phases import TradingPhase

PHASE_CHOICES = [(phase.value, phase.name) for phase in TradingPhase]


class BookStatus(models.TextChoices):
    """Whether the matching service works on a book. It verifies the journal of one that is starting before it does."""

    RUNNING = "RUNNING", "Running"
    STOPPED = "STOPPED", "Stopped"
    STARTING = "STARTING", "Starting"


class Book(models.Model):
    """Where an instrument's book stands: its counters, its digest, its phase and its top.

    The row's lock is the right to move the book; ``book_version`` is the guard against a holder who lost it. Nothing
    has a foreign key to this row, so that no insert elsewhere waits for its lock. ``engine_version`` is the core's that
    matches the book: no older one touches it any more.

    The indicative price, its quantity and the imbalance are those of a phase that collects orders. ``resumes_plainly``
    says that to go on with continuous trading would change nothing but the phase, so that a resume needs no book.
    ``fee_schedule_id`` names the fees in force, NULL while trading is free.
    """

    instrument = models.OneToOneField("market.Instrument", on_delete=models.PROTECT, primary_key=True)
    epoch = models.UUIDField()
    engine_version = models.IntegerField()
    base_ticks = models.BigIntegerField()
    levels = models.IntegerField()

    book_version = models.BigIntegerField(default=0)
    command_seq = models.BigIntegerField(default=0)
    event_seq = models.BigIntegerField(default=0)
    trade_seq = models.BigIntegerField(default=0)
    digest = models.BinaryField(max_length=32)
    last_time_ns = models.BigIntegerField(default=0)
    snapshot_command_seq = models.BigIntegerField(default=0)

    phase = models.SmallIntegerField(choices=PHASE_CHOICES, default=TradingPhase.CONTINUOUS)
    phase_reason = models.CharField(max_length=200, blank=True)
    status = models.CharField(max_length=8, choices=BookStatus.choices, default=BookStatus.RUNNING)
    status_reason = models.CharField(max_length=200, blank=True)

    bid_ticks = models.BigIntegerField(null=True)
    bid_lots = models.BigIntegerField(default=0)
    offer_ticks = models.BigIntegerField(null=True)
    offer_lots = models.BigIntegerField(default=0)
    last_px_ticks = models.BigIntegerField(null=True)
    reference_ticks = models.BigIntegerField(null=True)
    indicative_px_ticks = models.BigIntegerField(null=True)
    indicative_qty_lots = models.BigIntegerField(db_default=0)
    imbalance_lots = models.BigIntegerField(db_default=0)
    auction_ends_at = models.DateTimeField(null=True)
    resumes_plainly = models.BooleanField(db_default=True)
    fee_schedule_id = models.BigIntegerField(null=True)

    def __str__(self) -> str:
        return f"book {self.instrument_id} at {self.event_seq}"


class Batch(models.Model):
    """One commit of a book: what it covered, who made it and the chained digest after it. Append-only.

    ``seal`` is a digest over what the chain does not hold: who committed when, and from which places of the inbox.
    """

    instrument_id = models.BigIntegerField()
    book_version = models.BigIntegerField()
    batch_uuid = models.UUIDField()
    first_command_seq = models.BigIntegerField()
    last_command_seq = models.BigIntegerField()
    first_event_seq = models.BigIntegerField()
    last_event_seq = models.BigIntegerField()
    worker = models.CharField(max_length=64)
    digest = models.BinaryField(max_length=32)
    committed_at = models.DateTimeField(auto_now_add=True)
    seal = models.BinaryField(max_length=32, null=True)

    class Meta:
        verbose_name_plural = "batches"
        constraints = [
            models.UniqueConstraint(name="batch_once_per_version", fields=["instrument_id", "book_version"]),
        ]
        indexes = [models.Index(fields=["instrument_id", "last_command_seq"], name="batch_by_last_command")]


class BookSnapshot(models.Model):
    """A book's canonical state at a command, from which it is restored by replaying the journal after it."""

    instrument_id = models.BigIntegerField()
    command_seq = models.BigIntegerField()
    state = PackedField()
    state_digest = models.BinaryField(max_length=32)
    chained_digest = models.BinaryField(max_length=32)
    taken_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="snapshot_once_per_command", fields=["instrument_id", "command_seq"]),
        ]
