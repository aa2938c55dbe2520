"""The gRPC door as a Django application."""

from django.apps import AppConfig


class GrpcApiConfig(AppConfig):
    """The gRPC door."""

    name = "grpc_api"
    verbose_name = "gRPC API"
