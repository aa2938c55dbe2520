"""The websocket door as a Django application."""

from django.apps import AppConfig


class WsApiConfig(AppConfig):
    """The websocket door."""

    name = "ws_api"
    verbose_name = "websocket API"
