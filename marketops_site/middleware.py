"""What every answer carries and what no request may exceed."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from rest_api import problems
from vocabulary import limits

Next = Callable[[HttpRequest], HttpResponse]

CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ]
)
# The admin's theme evaluates expressions and sets styles in its markup; it is open to staff alone.
ADMIN_CONTENT_SECURITY_POLICY = CONTENT_SECURITY_POLICY.replace(
    "script-src 'self'", "script-src 'self' 'unsafe-inline' 'unsafe-eval'"
).replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")
# The browsable schema's script sets styles in its markup.
DOCS_CONTENT_SECURITY_POLICY = CONTENT_SECURITY_POLICY.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")
PERMISSIONS_POLICY = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


class SecurityHeadersMiddleware:
    """Adds the Content-Security-Policy and the Permissions-Policy to every answer, errors included."""

    def __init__(self, get_response: Next) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request with the headers added."""
        response = self._get_response(request)
        response.headers.setdefault("Content-Security-Policy", _policy_for(request.path))
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        return response


class BodyLimitMiddleware:
    """Refuses a request whose announced body is above the limit, before anything reads it."""

    def __init__(self, get_response: Next) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer 413 to a body that is too large, else pass the request on."""
        if _announced_length(request) <= limits.BODY_BYTES_MAX:
            return self._get_response(request)
        return problems.body_too_large(request)


def _policy_for(path: str) -> str:
    if path.startswith("/admin/"):
        return ADMIN_CONTENT_SECURITY_POLICY
    if path.startswith("/api/v1/docs/"):
        return DOCS_CONTENT_SECURITY_POLICY
    return CONTENT_SECURITY_POLICY


def _announced_length(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0
