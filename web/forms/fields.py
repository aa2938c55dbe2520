"""Form fields whose errors carry the exchange's codes, the same as at every other door."""

import re
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from django import forms

from vocabulary import limits
from vocabulary.identifiers import is_account_number
from vocabulary.rejects import RejectReason

# As wide as at every door: what is too large is rejected by the exchange and on the record.
DECIMAL_DIGITS_MAX = 40
_PLAIN_NUMBER = re.compile(r"-?([0-9]+(\.[0-9]*)?|\.[0-9]+)")
_GROUPED_NUMBER = re.compile(r"-?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?")


class NumberField(forms.CharField):
    """A decimal number written in digits, with or without commas between thousands.

    Only its form is judged here; zero, negative and off-tick values are for the exchange to reject.
    """

    def __init__(self, *, label: str, required: bool = True, missing: str = "", hint: str = "") -> None:
        super().__init__(label=label, required=required, error_messages={"required": missing}, help_text=hint)
        # All that is no number is told by one code, the NUL included.
        self.validators = []

    def clean(self, value: object) -> Decimal | None:
        """The number; None when nothing was entered and nothing is required."""
        text = super().clean(value)
        if not text:
            return None
        if _GROUPED_NUMBER.fullmatch(text):
            text = text.replace(",", "")
        if not _PLAIN_NUMBER.fullmatch(text):
            raise forms.ValidationError("Enter a number in digits, such as 100 or 10.05.", "not_a_decimal_string")
        if sum(character.isdigit() for character in text) > DECIMAL_DIGITS_MAX:
            raise forms.ValidationError("This number is too large.", "too_many_digits")
        return Decimal(text)


class WordField(forms.ChoiceField):
    """A word of the glossary, chosen from those that the form offers."""

    def __init__(
        self, *, label: str, choices: Sequence[tuple[str, str]], required: bool = True, missing: str, hint: str = ""
    ) -> None:
        errors = {"required": missing}
        super().__init__(label=label, choices=choices, required=required, error_messages=errors, help_text=hint)
        self._missing = missing

    def validate(self, value: str) -> None:
        """Raises ValidationError for no word, or another one."""
        forms.Field.validate(self, value)
        if value and not self.valid_value(value):
            raise forms.ValidationError(self._missing, "unknown_word")


class TimeField(forms.DateTimeField):
    """A date and a time of day."""

    def to_python(self, value: str | datetime | date | None) -> datetime | None:
        """The moment; None when nothing was entered. Raises ValidationError for what is none."""
        try:
            return super().to_python(value)
        except forms.ValidationError:
            raise forms.ValidationError("Enter a date and a time.", "not_a_time") from None


class AccountField(forms.ChoiceField):
    """An account by its number. Whether there is such a one, and whose it is, is for the exchange to say."""

    def validate(self, value: str) -> None:
        """Raises ValidationError for what cannot be an account's number."""
        forms.Field.validate(self, value)
        if not is_account_number(value):
            raise forms.ValidationError(RejectReason.UNKNOWN_ACCOUNT.sentence, "malformed")


class ClassCodeField(forms.CharField):
    """The code that a teacher has shown; small letters and spaces are forgiven."""

    def __init__(self, *, required: bool = True) -> None:
        super().__init__(
            label="Class code",
            required=required,
            max_length=4 * limits.CLASS_CODE_LENGTH,
            error_messages={"required": "Write the code of your class."},
        )

    def to_python(self, value: object) -> str:
        """The code as classes have it."""
        return "".join((super().to_python(value) or "").upper().split())
