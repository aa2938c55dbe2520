"""Rows of analytics and their constraints, one file per noun."""

from analytics.models.candle import Candle
from analytics.models.candle_cursor import CandleCursor
from analytics.models.quote_sample import QuoteSample

__all__ = ["Candle", "CandleCursor", "QuoteSample"]
