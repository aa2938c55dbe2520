"""Which web pages may open a websocket.

Programs send no Origin and are let in: with an API key, or to the market socket, which is public and reads only. A
page of another site is refused; and a cookie counts only together with an Origin, which tells whose page sends it.
"""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from channels.security.websocket import WebsocketDenier
from django.conf import settings
from django.http.request import split_domain_port, validate_host

from ws_api import metrics
from ws_api.callers import session_key_in

Scope = dict[str, Any]
Application = Callable[[Scope, Any, Any], Awaitable[Any]]


def is_allowed(headers: Iterable[tuple[bytes, bytes]], *, hosts: list[str], origins: list[str]) -> bool:
    """Whether a handshake may go on: no Origin at all, the very host that was asked, or one of ``origins``.

    ``hosts`` are the names this site answers to. Browsers write an Origin in one form only, so it is compared as it is.
    """
    named = [value.decode("latin-1") for name, value in headers if name == b"origin"]
    asked = [value.decode("latin-1") for name, value in headers if name == b"host"]
    if not named:
        return True
    if len(named) > 1 or len(asked) != 1:
        return False
    if named[0] in origins:
        return True
    domain, _ = split_domain_port(asked[0])
    return named[0] in (f"http://{asked[0]}", f"https://{asked[0]}") and bool(domain and validate_host(domain, hosts))


def refuse_foreign_origins(application: Application) -> Application:
    """The application behind a check of the Origin; what fails it gets 403 at the handshake."""

    async def checked(scope: Scope, receive: Any, send: Any) -> Any:
        if is_allowed(scope["headers"], hosts=settings.ALLOWED_HOSTS, origins=settings.CSRF_TRUSTED_ORIGINS):
            return await application(scope, receive, send)
        return await _refuse(scope, receive, send)

    return checked


def refuse_cookies_of_nowhere(application: Application) -> Application:
    """The application behind a check that whoever shows a session's cookie says which page it comes from."""

    async def checked(scope: Scope, receive: Any, send: Any) -> Any:
        names = {name for name, _ in scope["headers"]}
        if names.isdisjoint({b"origin", b"authorization"}) and session_key_in(scope["headers"]) is not None:
            return await _refuse(scope, receive, send)
        return await application(scope, receive, send)

    return checked


async def _refuse(scope: Scope, receive: Any, send: Any) -> Any:
    metrics.REFUSED_ORIGINS.inc()
    return await WebsocketDenier()(scope, receive, send)
