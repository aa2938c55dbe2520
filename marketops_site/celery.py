"""The Celery application: a courier of wake-ups, never the keeper of an order."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketops_site.settings")

app = Celery("marketops")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
