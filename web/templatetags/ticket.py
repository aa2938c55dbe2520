"""How the order ticket writes a field: its label, what to know about it, and what is wrong with it."""

from typing import Any

from django import forms, template

from web.forms.ticket import TicketForm, mint_cl_ord_id

register = template.Library()


@register.inclusion_tag("web/ticket/_field.html")
def ticket_field(form: TicketForm, name: str, unit: str = "") -> dict[str, Any]:
    """One field of the ticket. ``unit`` stands beside its label."""
    field = form[name]
    return {
        "field": field,
        "unit": unit,
        "types": form.types_with(name),
        "other_labels": form.other_labels(name),
        "shape": _shape(field.field),
        "said_by": " ".join(_said_by(field)),
    }


@register.simple_tag
def fresh_cl_ord_id() -> str:
    """A ClOrdID for a form that makes or changes at most one order."""
    return mint_cl_ord_id()


def _shape(field: forms.Field) -> str:
    if isinstance(field, forms.BooleanField):
        return "check"
    if isinstance(field, forms.ChoiceField):
        return "choice"
    return "time" if isinstance(field, forms.DateTimeField) else "number"


def _said_by(field: forms.BoundField) -> list[str]:
    """The ids of what describes the field: its error first."""
    error = [f"{field.id_for_label}-error"] if field.errors else []
    return [*error, f"{field.id_for_label}-hint"] if field.help_text else error
