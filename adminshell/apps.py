"""The Django application of the SSH door."""

from django.apps import AppConfig


class AdminShellConfig(AppConfig):
    """The operators' console over SSH, and the file of commands."""

    name = "adminshell"
    verbose_name = "Admin shell"
