"""Where the websockets are."""

from typing import Any

from django.urls import path

from ws_api.market_consumer import MarketConsumer
from ws_api.orders_consumer import OrdersConsumer
from ws_api.origins import refuse_cookies_of_nowhere, refuse_foreign_origins

# Django's stubs know views only; Channels routes ASGI applications by the same patterns.
market: Any = refuse_foreign_origins(MarketConsumer.as_asgi())
orders: Any = refuse_foreign_origins(refuse_cookies_of_nowhere(OrdersConsumer.as_asgi()))

websocket_urlpatterns = [path("ws/v1/market/", market), path("ws/v1/orders/", orders)]
