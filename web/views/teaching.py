"""What a teacher does with a class from its pages: making it, members, and taking everything away as a file."""

import csv
import io
import zipfile
from collections.abc import Callable
from tempfile import SpooledTemporaryFile

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from access.records import Actor
from market.errors import InvalidRequest, MarketError, NotFound, NotPermitted
from market.selectors import class_files
from market.services import classes
from vocabulary.identifiers import is_account_number
from vocabulary.roles import Role
from web import csv_files
from web.actors import signed_in
from web.forms.classes import ClassForm
from web.pages import see_other
from web.views.classes import render_classes

WAIT_S = 2.0
KEPT_IN_MEMORY_BYTES = 8 * 1024 * 1024
FIELD_OF = {"amount": "grant_amount"}
MOVED_ON_ITS_OWN = "DONE"


@require_POST
@signed_in
def create(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Make a class and show its page, where its code stands."""
    _check_teacher(actor)
    form = ClassForm(request.POST)
    if not form.is_valid():
        return render_classes(request, actor, form=form, status=422)
    try:
        made = classes.create(**form.terms(), actor=actor)  # type: ignore[arg-type]
    except InvalidRequest as error:
        form.add_error(FIELD_OF.get(error.field, error.field), error.detail)
        return render_classes(request, actor, form=form, status=422)
    messages.success(request, f"Students join with the code {made.code}.")
    return _back(request, made.code)


@require_POST
@signed_in
def end(request: HttpRequest, actor: Actor, code: str) -> HttpResponse:
    """End the class now."""

    def act() -> str:
        classes.end(code, actor=actor)
        return "The class is over. Its results are final when its last order is canceled."

    return _done(request, code, act)


@require_POST
@signed_in
def reset(request: HttpRequest, actor: Actor, code: str) -> HttpResponse:
    """Let a member start anew with the grant."""
    account = _account_in(request)

    def act() -> str:
        movement = classes.reset_member(code, account=account, actor=actor, wait_s=WAIT_S)
        if movement.status == MOVED_ON_ITS_OWN:
            return f"{account} starts anew."
        return f"{movement.reference} waits for somebody else of the staff; once it is approved, reset {account} again."

    return _done(request, code, act)


@require_POST
@signed_in
def remove(request: HttpRequest, actor: Actor, code: str) -> HttpResponse:
    """Take a member out of the class."""
    account = _account_in(request)

    def act() -> str:
        classes.remove_member(code, account=account, actor=actor)
        return f"{account} is in the class no longer."

    return _done(request, code, act)


@require_safe
@signed_in
def export(request: HttpRequest, actor: Actor, code: str) -> FileResponse:
    """All that the members have done, as CSV files in a ZIP."""
    try:
        files = class_files.of_class(code, actor=actor)
    except NotPermitted as error:
        raise PermissionDenied from error
    except NotFound as error:
        raise Http404 from error
    packed = SpooledTemporaryFile(max_size=KEPT_IN_MEMORY_BYTES)  # noqa: SIM115 - the response closes it
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            with archive.open(file.name, "w") as raw, io.TextIOWrapper(raw, encoding="utf-8", newline="") as text:
                writer = csv.writer(text)
                writer.writerow(file.columns)
                writer.writerows([csv_files.cell(value) for value in row] for row in file.rows)
    packed.seek(0)
    response = FileResponse(packed, as_attachment=True, filename=f"class-{code}.zip")
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _account_in(request: HttpRequest) -> str:
    account = request.POST.get("account", "")
    if not is_account_number(account):
        raise Http404
    return account


def _check_teacher(actor: Actor) -> None:
    if actor.role is not Role.STAFF:
        raise PermissionDenied


def _done(request: HttpRequest, code: str, act: Callable[[], str]) -> HttpResponse:
    try:
        messages.success(request, act())
    except NotPermitted as error:
        raise PermissionDenied from error
    except NotFound as error:
        raise Http404 from error
    except MarketError as error:
        messages.error(request, error.detail, extra_tags=error.code)
    return _back(request, code)


def _back(request: HttpRequest, code: str) -> HttpResponse:
    return see_other(request, fallback=reverse("web:class", args=[code]))
