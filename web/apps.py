"""Registers the HTML door with Django."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """The pages that people trade and operate on."""

    name = "web"
