"""The forms of classes: joining one, and making one."""

from datetime import UTC, datetime, timedelta

from django import forms

from vocabulary import limits
from web.forms.fields import ClassCodeField

MOMENT = "%Y-%m-%dT%H:%M"
LESSON_MINUTES = 90


class JoinForm(forms.Form):
    """The code of the class to join."""

    code = ClassCodeField()


class ClassForm(forms.Form):
    """What a class is made of. Times are UTC."""

    name = forms.CharField(
        max_length=limits.CLASS_NAME_LENGTH_MAX, error_messages={"required": "Give the class a name."}
    )
    grant_amount = forms.DecimalField(
        max_digits=23, decimal_places=8, error_messages={"required": "Say what each student starts with."}
    )
    symbols = forms.CharField(required=False, max_length=limits.CLASS_SYMBOLS_MAX * 17)
    starts_at = forms.DateTimeField(
        input_formats=[MOMENT], error_messages={"required": "Say when the class begins.", "invalid": "Write a time."}
    )
    ends_at = forms.DateTimeField(
        input_formats=[MOMENT], error_messages={"required": "Say when the class is over.", "invalid": "Write a time."}
    )

    @classmethod
    def blank(cls) -> "ClassForm":
        """A class to be filled in, which would begin now and go on for a lesson."""
        now = datetime.now(UTC)
        times = {"starts_at": now, "ends_at": now + timedelta(minutes=LESSON_MINUTES)}
        return cls(
            initial={
                "grant_amount": limits.STARTING_DEPOSIT,
                **{name: time.strftime(MOMENT) for name, time in times.items()},
            }
        )

    def terms(self) -> dict[str, object]:
        """What was asked for, as ``classes.create`` takes it."""
        return {
            **self.cleaned_data,
            "symbols": self.cleaned_data["symbols"].upper().replace(",", " ").split(),
            "starts_at": _utc(self.cleaned_data["starts_at"]),
            "ends_at": _utc(self.cleaned_data["ends_at"]),
        }


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
