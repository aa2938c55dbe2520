"""How MarketOps is put together: settings, routes, the ASGI application and the Celery application."""

from marketops_site.celery import app as celery_app

__all__ = ["celery_app"]
