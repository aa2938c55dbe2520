"""Public market data: tickers, depth, trades and candles."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from access.budgets import Budget, Cost
from access.networks import caller_address
from analytics.selectors import candles
from market import feed, full_depth
from market.selectors import depth, tickers, trades
from rest_api import documentation
from rest_api.fields import TimeField
from rest_api.pages import following, shown
from rest_api.serializers.market_data import (
    CandleSerializer,
    CandlesQuery,
    DepthQuery,
    DepthSerializer,
    EventsQuery,
    EventsSerializer,
    FullDepthQuery,
    FullDepthSerializer,
    TickerSerializer,
    TradeSerializer,
    TradesQuery,
)
from rest_api.serializers.strict import query_of
from rest_api.views.base import PublicView, RevalidatedView, symbol_in

TAG = ["Market data"]


class TickersView(PublicView):
    """The tickers of all instruments."""

    costs = {"GET": Cost(Budget.READS, 5)}

    @extend_schema(
        operation_id="list_tickers",
        summary="All tickers",
        tags=TAG,
        parameters=[documentation.fields_of(TickerSerializer), documentation.RETRY_AFTER],
        responses={200: TickerSerializer(many=True), **documentation.problems(400, 405, 406, 503)},
    )
    def get(self, request: Request) -> Response:
        """Every instrument's market at a glance, by symbol."""
        return shown(request, TickerSerializer(tickers.every(), many=True))


class TickerView(PublicView):
    """The ticker of one instrument."""

    @extend_schema(
        operation_id="get_ticker",
        summary="One ticker",
        tags=TAG,
        parameters=[documentation.fields_of(TickerSerializer), documentation.RETRY_AFTER],
        responses={200: TickerSerializer, **documentation.problems(400, 404, 405, 406, 503)},
    )
    def get(self, request: Request, symbol: str) -> Response:
        """An instrument's market at a glance."""
        return shown(request, TickerSerializer(tickers.of(symbol_in(symbol))))


class DepthView(PublicView):
    """The book of one instrument, aggregated by price."""

    costs = {"GET": Cost(Budget.READS, 2)}

    @extend_schema(
        operation_id="get_depth",
        summary="The book by price",
        tags=TAG,
        parameters=[DepthQuery, documentation.RETRY_AFTER],
        responses={200: DepthSerializer, **documentation.problems(*documentation.READING)},
    )
    def get(self, request: Request, symbol: str) -> Response:
        """Bids and offers, best prices first, true at `last_sequence`."""
        query = query_of(request, DepthQuery)
        return Response(DepthSerializer(depth.of(symbol_in(symbol), **query)).data)


class FullDepthView(RevalidatedView, PublicView):
    """The book of one instrument, order by order."""

    costs = {"GET": Cost(Budget.READS, 10)}

    @extend_schema(
        operation_id="get_full_depth",
        summary="The book by order",
        tags=TAG,
        parameters=[documentation.fields_of(FullDepthSerializer), FullDepthQuery, documentation.RETRY_AFTER],
        responses={200: FullDepthSerializer, **documentation.problems(*documentation.READING)},
    )
    def get(self, request: Request, symbol: str) -> Response:
        """The orders that show, what trades first at the beginning, true at `last_sequence`.

        At one price the earliest stands first. An order that is reduced stays where it is; one that moves or grows,
        and an iceberg with each new slice, goes to the end.
        """
        query = query_of(request, FullDepthQuery)
        return shown(request, FullDepthSerializer(full_depth.of(symbol_in(symbol), **query)))


class TradesView(PublicView):
    """The trades of one instrument."""

    @extend_schema(
        operation_id="list_trades",
        summary="The newest trades",
        tags=TAG,
        parameters=[
            documentation.fields_of(TradeSerializer),
            documentation.NEXT_PAGE,
            TradesQuery,
            documentation.RETRY_AFTER,
        ],
        responses={200: TradeSerializer(many=True), **documentation.problems(*documentation.READING)},
    )
    def get(self, request: Request, symbol: str) -> Response:
        """Trades, newest first; after a trade that you have, oldest first and without a gap."""
        query = query_of(request, TradesQuery)
        if "after" in query:
            found = trades.after(symbol_in(symbol), trade_id=query["after"], count=query["count"])
            next_page = following(found, count=query["count"], after="trade_id")
        else:
            found = trades.newest(symbol_in(symbol), **query)
            next_page = following(found, count=query["count"], before="trade_id")
        return shown(request, TradeSerializer(found, many=True), next_page=next_page)


class EventsView(PublicView):
    """The public events of one instrument's book, told again."""

    costs = {"GET": Cost(Budget.READS, 5)}

    @extend_schema(
        operation_id="replay_events",
        summary="A missed range of events",
        tags=TAG,
        parameters=[EventsQuery, documentation.RETRY_AFTER],
        responses={200: EventsSerializer, **documentation.problems(*documentation.REPLAYING)},
    )
    def get(self, request: Request, symbol: str) -> Response:
        """What the market socket's channels said about the events from `from` on, in the same words.

        At most `count` events, cut where a command ends; one command that gave more is given whole.
        """
        caller = caller_address(request.META)
        found = feed.replay(symbol_in(symbol), **query_of(request, EventsQuery), caller=caller)
        return Response(found.body)


class CandlesView(RevalidatedView, PublicView):
    """The candles of one instrument."""

    costs = {"GET": Cost(Budget.READS, 2)}

    @extend_schema(
        operation_id="list_candles",
        summary="The newest candles",
        tags=TAG,
        parameters=[
            documentation.fields_of(CandleSerializer),
            documentation.NEXT_PAGE,
            CandlesQuery,
            documentation.RETRY_AFTER,
        ],
        responses={200: CandleSerializer(many=True), **documentation.problems(*documentation.READING)},
    )
    def get(self, request: Request, symbol: str) -> Response:
        """Open, high, low and close by interval; the newest, oldest first. Intervals without a trade have none."""
        query = query_of(request, CandlesQuery)
        found = candles.newest(symbol_in(symbol), **query)
        next_page = (
            {"before": TimeField().to_representation(found[0].open_time)} if len(found) == query["count"] else None
        )
        return shown(request, CandleSerializer(found, many=True), next_page=next_page)
