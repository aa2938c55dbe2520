"""What the feed is measured against: bare Channels, which sends the same frames to the same number of readers.

``asgi.py`` of the exchange with one route more. Its consumer joins a group and passes on what the group is sent; it
knows no sequences, no limits and no snapshots.
"""

from typing import Any

from channels.generic.websocket import AsyncWebsocketConsumer
from channels.routing import ProtocolTypeRouter, URLRouter
from django.urls import path

from marketops_site.asgi import http_application
from ws_api.routing import websocket_urlpatterns

GROUP = "bench.feed"
PATH = "/ws/bench/bare/"


class BareConsumer(AsyncWebsocketConsumer):
    """The consumer of every introduction to Channels."""

    async def connect(self) -> None:
        """Join the group."""
        await self.channel_layer.group_add(GROUP, self.channel_name)
        await self.accept()

    async def disconnect(self, code: int) -> None:
        """Leave it."""
        await self.channel_layer.group_discard(GROUP, self.channel_name)

    async def feed_frame(self, event: dict[str, Any]) -> None:
        """Pass a frame on."""
        await self.send(text_data=event["text"])


bare: Any = BareConsumer.as_asgi()  # Django's stubs know views only
websockets = URLRouter([*websocket_urlpatterns, path(PATH.lstrip("/"), bare)])
application = ProtocolTypeRouter({"http": http_application, "websocket": websockets})
