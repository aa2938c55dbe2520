"""Trading as a guest, and staying under a name of one's own."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from access import budgets
from access.errors import InvalidUser, NotPermitted
from access.networks import caller_address
from access.records import Actor
from access.services import users
from market.services import guests
from web.actors import sign_in, signed_in
from web.forms.sign_up import KeepAccountForm
from web.pages import render_page, see_other
from web.views import errors
from web.views.sessions import ATTEMPT


@require_POST
def enter(request: HttpRequest) -> HttpResponse:
    """Let a visitor trade as a guest, unless too many have come from this address."""
    if not settings.GUESTS:
        raise Http404
    if not request.user.is_authenticated:
        allowed = budgets.spend(ATTEMPT, actor=None, address=caller_address(request.META))
        if allowed is not None and not allowed.is_granted:
            return errors.too_often(request, retry_after_s=allowed.retry_after_s)
        sign_in(request, guests.let_in(door="web"))
    return see_other(request, fallback="web:markets")


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("password")
@never_cache
@signed_in
def keep(request: HttpRequest, actor: Actor) -> HttpResponse:
    """A guest chooses a name and a password, and keeps the account. Others have nothing to keep."""
    if not actor.is_guest:
        return redirect("web:markets")
    form = KeepAccountForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            kept = users.keep_guest(actor, **form.cleaned_data)
        except NotPermitted:
            return redirect("web:markets")  # a second click: it is kept already
        except InvalidUser as error:
            form.add_error(error.field if error.field in form.fields else None, error.detail)
        else:
            sign_in(request, kept)
            messages.success(request, f"The account is yours, {kept.username}. Sign in with your password from now on.")
            return redirect("web:markets")
    return render_page(request, "web/keep_account.html", {"form": form}, actor=actor)
