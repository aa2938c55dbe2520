"""The admin pages of analytics."""

from django.contrib import admin

from access.admin import ReadOnlyAdmin
from analytics.models import Candle, CandleCursor, QuoteSample


@admin.register(Candle)
class CandleAdmin(ReadOnlyAdmin):
    """Candles, newest first."""

    list_display = [
        "instrument_id",
        "interval_s",
        "open_time",
        "open_ticks",
        "high_ticks",
        "low_ticks",
        "close_ticks",
        "volume_lots",
        "trade_count",
    ]
    list_filter = ["interval_s"]
    ordering = ["-id"]
    show_full_result_count = False


@admin.register(CandleCursor)
class CandleCursorAdmin(ReadOnlyAdmin):
    """How far each instrument's candles have been built."""

    list_display = ["instrument_id", "trade_id"]


@admin.register(QuoteSample)
class QuoteSampleAdmin(ReadOnlyAdmin):
    """What books quoted, newest first."""

    list_display = ["instrument_id", "sampled_at", "bid_ticks", "offer_ticks", "bid_depth_lots", "offer_depth_lots"]
    ordering = ["-id"]
    show_full_result_count = False
