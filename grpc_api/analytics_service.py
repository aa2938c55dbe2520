"""AnalyticsService: what happened on the market, summed up."""

from typing import Any

from analytics.records import CandleRecord, PriceSummary, VolumeTrends
from analytics.selectors import candles, price_summary, volume_trends
from grpc_api.database import in_database
from grpc_api.methods import Access, Service, Unary
from grpc_api.translator import replies, requests
from grpc_api.translator.requests import Window


async def _get_price_summary(window: Window) -> PriceSummary:
    return await in_database(price_summary.of, window.symbol, start=window.start, end=window.end)


async def _get_volume_trends(wanted: tuple[Window, int]) -> VolumeTrends:
    window, interval_s = wanted
    return await in_database(volume_trends.of, window.symbol, interval_s=interval_s, start=window.start, end=window.end)


async def _list_candles(wanted: dict[str, Any]) -> list[CandleRecord]:
    return await in_database(candles.newest, **wanted)


ANALYTICS_SERVICE = Service(
    "marketops.v1.AnalyticsService",
    (
        Unary("GetPriceSummary", Access.EVERYBODY, requests.price_window, _get_price_summary, replies.price_summary),
        Unary("GetVolumeTrends", Access.EVERYBODY, requests.volume_window, _get_volume_trends, replies.volume_trends),
        Unary("ListCandles", Access.EVERYBODY, requests.candles, _list_candles, replies.candles),
    ),
)
