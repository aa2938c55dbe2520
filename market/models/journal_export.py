"""What of a book's journal has left the database, and what of it has been verified where it is."""

from django.db import models


class JournalExport(models.Model):
    """One day of a book's journal, written to a file and then deleted from the tables. Append-only.

    The journal in the tables begins behind the newest of these rows. Its last digest is the chained one after its last
    batch, so that files and tables prove each other; the snapshot at its last command stays until the next export.
    """

    id = models.BigAutoField(primary_key=True)
    instrument_id = models.BigIntegerField()
    day = models.DateField()
    first_command_seq = models.BigIntegerField()
    last_command_seq = models.BigIntegerField()
    first_event_seq = models.BigIntegerField()
    last_event_seq = models.BigIntegerField()
    last_trade_seq = models.BigIntegerField()
    last_book_version = models.BigIntegerField()
    first_digest = models.BinaryField(max_length=32)
    last_digest = models.BinaryField(max_length=32)
    file_name = models.CharField(max_length=200)
    file_sha256 = models.BinaryField(max_length=32)
    exported_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="journal_export_once", fields=["instrument_id", "last_command_seq"]),
        ]


class JournalCheck(models.Model):
    """How far the round of verification that goes on in the background has come in one book's journal.

    ``fault`` is what it found broken, empty while everything is as recorded.
    """

    instrument = models.OneToOneField("market.Instrument", on_delete=models.CASCADE, primary_key=True)
    command_seq = models.BigIntegerField(default=0)
    rounds = models.BigIntegerField(default=0)
    checked_at = models.DateTimeField(auto_now=True)
    fault = models.CharField(max_length=200, blank=True)
