"""The column in which money is kept."""

from typing import Any

from django.db import models


class MoneyField(models.DecimalField):
    """An amount of money: up to twenty digits before the point and eight behind it, exact."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("max_digits", 28)
        options.setdefault("decimal_places", 8)
        super().__init__(**options)
