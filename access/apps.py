"""The Django application of access."""

from django.apps import AppConfig


class AccessConfig(AppConfig):
    """Users, keys and the audit log."""

    name = "access"
    verbose_name = "Access"
