"""The REST door as a Django application."""

from django.apps import AppConfig


class RestApiConfig(AppConfig):
    """The REST door."""

    name = "rest_api"
    verbose_name = "REST API"
