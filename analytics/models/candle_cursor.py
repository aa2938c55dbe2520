"""How far candles have been built."""

from django.db import models


class CandleCursor(models.Model):
    """The newest trade of an instrument that its candles contain.

    It moves in the transaction that writes the candles, under this row's lock: no trade counts twice or is left out.
    """

    instrument_id = models.BigIntegerField(primary_key=True)
    trade_id = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.instrument_id} to {self.trade_id}"
