"""The API keys page: what programs come in with. A new key's secrets are shown in the answer that issues it, once."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from access.errors import AccessError, NotFound
from access.records import Actor, IssuedKey
from access.selectors import api_keys as key_selectors
from access.services import api_keys as keys
from market.selectors import accounts
from market.services import api_keys
from web.actors import signed_in
from web.forms.keys import KeyForm
from web.pages import render_page

FIELD_OF = {"expires_at": "days"}


@require_safe
@signed_in
def page(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The actor's keys, the form for another one, and how to use them."""
    return _page(request, actor, form=_form(actor))


@require_POST
@never_cache
@signed_in
def issue(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Issue a key and show its secrets."""
    form = _form(actor, request)
    if not form.is_valid():
        return _page(request, actor, form=form, status=422)
    try:
        issued = api_keys.issue(actor=actor, name=form.cleaned_data["name"], terms=form.terms())
    except AccessError as error:
        field = FIELD_OF.get(error.field, error.field)
        form.add_error(field if field in form.fields else None, error.detail)
        return _page(request, actor, form=form, status=422)
    return _page(request, actor, form=_form(actor), issued=issued)


@require_POST
@signed_in
def revoke(request: HttpRequest, actor: Actor, key_id: int) -> HttpResponse:
    """Revoke one of the actor's keys."""
    try:
        keys.revoke(actor=actor, key_id=key_id)
    except NotFound as error:
        raise Http404 from error
    messages.success(request, "The key is revoked. What used it is refused from now on.")
    answer = redirect("web:keys")
    answer.status_code = 303
    return answer


def _form(actor: Actor, request: HttpRequest | None = None) -> KeyForm:
    numbers = [account.number for account in accounts.of_actor(actor)]
    given = {"initial": {"scopes": ["TRADE"]}} if request is None else {"data": request.POST}
    return KeyForm(role=actor.role, accounts=numbers, **given)


def _page(
    request: HttpRequest, actor: Actor, *, form: KeyForm, issued: IssuedKey | None = None, status: int = 200
) -> HttpResponse:
    host = request.get_host().rpartition(":")[0] or request.get_host()
    context = {
        "form": form,
        "issued": issued,
        "keys": key_selectors.of_actor(actor),
        "base": f"{request.scheme}://{request.get_host()}",
        "socket": f"{'wss' if request.is_secure() else 'ws'}://{request.get_host()}",
        "grpc": f"{host}:{settings.GRPC_PORT}",
        "secret": issued.secret if issued else "mk_YOUR_KEY",
        "signing_secret": issued.signing_secret if issued else "ms_YOUR_SIGNING_SECRET",
        "prefix": issued.prefix if issued else "mk_THE_FIRST_12_CHARACTERS"[:12],
    }
    return render_page(request, "web/keys.html", context, actor=actor, status=status)
