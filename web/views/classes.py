"""The pages of classes for those who are in them: which, joining one, and how its members stand."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from access import budgets
from access.budgets import Budget, Cost
from access.networks import caller_address
from access.records import Actor
from market.errors import MarketError, NotFound
from market.records import ClassRecord
from market.selectors import classes as class_selectors
from market.services import classes
from vocabulary.identifiers import is_class_code
from vocabulary.roles import Role
from web.actors import signed_in
from web.forms.classes import ClassForm, JoinForm
from web.pages import render_page
from web.views import errors

ATTEMPT = Cost(Budget.SIGN_INS)


@require_safe
@signed_in
def page(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The actor's classes, joining one, and for a teacher all classes and making one."""
    return render_classes(request, actor, form=ClassForm.blank())


def render_classes(request: HttpRequest, actor: Actor, *, form: ClassForm, status: int = 200) -> HttpResponse:
    """The page of classes, with the form of a new one as it was filled in."""
    context = {"classes": class_selectors.of_actor(actor), "form": form, "is_teacher": actor.role is Role.STAFF}
    return render_page(request, "web/classes.html", context, actor=actor, status=status)


@require_POST
@signed_in
def join(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Join a class by its code; codes that somebody guesses at too often are not looked at."""
    allowed = budgets.spend(ATTEMPT, actor=actor, address=caller_address(request.META))
    if allowed is not None and not allowed.is_granted:
        return errors.too_often(request, retry_after_s=allowed.retry_after_s)
    form = JoinForm(request.POST)
    if not form.is_valid():
        fault = form.errors.as_data()["code"][0]
        messages.error(request, " ".join(fault.messages), extra_tags=f"{fault.code} code")
        return _see("web:classes")
    code = form.cleaned_data["code"]
    return _see("web:class", code) if join_class(request, code, actor=actor) else _see("web:classes")


def join_class(request: HttpRequest, code: str, *, actor: Actor) -> bool:
    """Whether the actor is in the class now, which the next page tells."""
    try:
        account = classes.join(code, actor=actor)
    except MarketError as error:
        messages.error(request, error.detail, extra_tags=f"{error.code} code")
        return False
    messages.success(request, f"You are in class {code}. Trade for it with account {account.number}.")
    return True


@require_safe
@signed_in
def class_page(request: HttpRequest, actor: Actor, code: str) -> HttpResponse:
    """How the members stand; a teacher sees the members as well, and what to do with them."""
    record = _access(code, actor=actor)
    traded = class_selectors.instruments_of(record)
    changes = class_selectors.phase_changes(record, symbols=[one.symbol for one in traded])
    context = {**_standing(record, actor=actor), "instruments": traded, "phase_changes": changes}
    if actor.role is Role.STAFF:
        context["members"] = class_selectors.members(code, actor=actor)
    return render_page(request, "web/class.html", context, actor=actor)


@require_safe
@signed_in
def projector(request: HttpRequest, actor: Actor, code: str) -> HttpResponse:
    """How the members stand, to be read from the last row; it loads anew by itself."""
    return render_page(
        request, "web/class_projector.html", _standing(_access(code, actor=actor), actor=actor), actor=actor
    )


@require_safe
@signed_in
def leaderboard(request: HttpRequest, actor: Actor) -> HttpResponse:
    """How one of the actor's classes stands: the one asked for, else one that goes on, else the newest."""
    own = class_selectors.of_actor(actor)
    code = request.GET.get("class")
    shown = _access(code, actor=actor) if code else next((one for one in own if one.is_open), own[0] if own else None)
    context = _standing(shown, actor=actor) if shown else {}
    return render_page(request, "web/leaderboard.html", {**context, "classes": own}, actor=actor)


def _access(code: str, *, actor: Actor) -> ClassRecord:
    if not is_class_code(code):
        raise Http404
    try:
        return class_selectors.access_class(code, actor=actor)
    except NotFound as error:
        raise Http404 from error


def _standing(record: ClassRecord, *, actor: Actor) -> dict[str, object]:
    return {"class": record, "ranks": class_selectors.leaderboard(record.code, actor=actor)}


def _see(name: str, *arguments: str) -> HttpResponse:
    answer = redirect(name, *arguments)
    answer.status_code = 303
    return answer
