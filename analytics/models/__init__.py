"""Rows of analytics and their constraints, one file per noun."""

from analytics.models.candle import Candle
from analytics.models.candle_cursor import CandleCursor

__all__ = ["Candle", "CandleCursor"]
