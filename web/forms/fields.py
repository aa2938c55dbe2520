"""Form fields for prices and quantities."""

import re
from decimal import Decimal

from django import forms

from vocabulary import limits

_PLAIN_NUMBER = re.compile(r"[0-9]{1,20}(\.[0-9]{0,12})?|\.[0-9]{1,12}")
_GROUPED_NUMBER = re.compile(r"[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?")


class NumberField(forms.CharField):
    """A positive decimal number written in digits, with or without commas between thousands."""

    def __init__(self, *, label: str, required: bool = True, missing: str) -> None:
        super().__init__(
            label=label,
            required=required,
            max_length=limits.DECIMAL_DIGITS_MAX + 8,
            error_messages={"required": missing, "max_length": "This number is too large."},
        )

    def clean(self, value: object) -> Decimal | None:
        """The number; None when nothing was entered and nothing is required."""
        text = super().clean(value)
        if not text:
            return None
        if _GROUPED_NUMBER.fullmatch(text):
            text = text.replace(",", "")
        if not _PLAIN_NUMBER.fullmatch(text):
            raise forms.ValidationError("Enter a positive number in digits, such as 100 or 10.05.")
        number = Decimal(text)
        if number == 0:
            raise forms.ValidationError("Enter a number above zero.")
        return number
