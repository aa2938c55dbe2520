"""The journal: every command a book has taken and every event it gave. Append-only, held by the database.

The tables hold whole numbers only, in the core's own words, so that a batch goes in by one binary COPY and comes out
as the very records that the core replays. ``-1`` is the core's mark for a price or reason that is not there.
"""

from django.db import models


class JournalCommand(models.Model):
    """One command at its place in its book's order."""

    id = models.BigAutoField(primary_key=True)
    instrument_id = models.BigIntegerField()
    command_seq = models.BigIntegerField()
    kind = models.BigIntegerField()
    order_id = models.BigIntegerField()
    account_id = models.BigIntegerField()
    side = models.BigIntegerField()
    ord_type = models.BigIntegerField()
    time_in_force = models.BigIntegerField()
    price_ticks = models.BigIntegerField()
    order_qty_lots = models.BigIntegerField()
    transact_time_ns = models.BigIntegerField()
    inbox_id = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="journal_command_once", fields=["instrument_id", "command_seq"]),
        ]


class JournalTerms(models.Model):
    """The terms of a command that has any: the core's TERMS. A command without a row here has zero in each."""

    id = models.BigAutoField(primary_key=True)
    instrument_id = models.BigIntegerField()
    command_seq = models.BigIntegerField()
    exec_inst = models.BigIntegerField()
    self_trade_prevention = models.BigIntegerField()
    peg_price_type = models.BigIntegerField()
    peg_offset_type = models.BigIntegerField()
    peg_offset = models.BigIntegerField()
    stop_px_ticks = models.BigIntegerField()
    display_qty_lots = models.BigIntegerField()
    min_qty_lots = models.BigIntegerField()
    expire_time_ns = models.BigIntegerField()
    linked_order_id = models.BigIntegerField()
    contingency_type = models.BigIntegerField()
    phase = models.BigIntegerField()
    allocation = models.BigIntegerField()
    static_band_bps = models.BigIntegerField()
    dynamic_band_bps = models.BigIntegerField()

    class Meta:
        verbose_name_plural = "journal terms"
        constraints = [
            models.UniqueConstraint(name="journal_terms_once", fields=["instrument_id", "command_seq"]),
        ]


class JournalEvent(models.Model):
    """One event at its place in its book's order; for the order it concerns, its execution report (FIX 35=8)."""

    id = models.BigAutoField(primary_key=True)
    instrument_id = models.BigIntegerField()
    event_seq = models.BigIntegerField()
    command_seq = models.BigIntegerField()
    kind = models.BigIntegerField()
    reason = models.BigIntegerField()
    order_id = models.BigIntegerField()
    account_id = models.BigIntegerField()
    side = models.BigIntegerField()
    liquidity = models.BigIntegerField()
    phase = models.BigIntegerField()
    price_ticks = models.BigIntegerField()
    order_qty_lots = models.BigIntegerField()
    cum_qty_lots = models.BigIntegerField()
    leaves_qty_lots = models.BigIntegerField()
    last_px_ticks = models.BigIntegerField()
    last_qty_lots = models.BigIntegerField()
    contra_order_id = models.BigIntegerField()
    trade_seq = models.BigIntegerField()
    hidden_qty_lots = models.BigIntegerField(db_default=0)
    transact_time_ns = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="journal_event_once", fields=["instrument_id", "event_seq"]),
        ]
        indexes = [models.Index(fields=["order_id", "event_seq"], name="journal_event_of_order")]
