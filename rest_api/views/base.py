"""What every view of this door has in common."""

from collections.abc import Mapping
from typing import Any, BinaryIO, ClassVar, cast

from django.http import HttpRequest
from django.utils.decorators import method_decorator
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import conditional_page
from rest_framework import status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from access.budgets import Cost
from market.errors import NotFound
from rest_api import budgets
from rest_api.fields import BIGINT_MAX
from rest_api.pages import refuse_query
from rest_api.permissions import IsOperator
from vocabulary.identifiers import is_symbol
from vocabulary.rejects import RejectReason

NUL = "\x00"
"""What no text of the database can hold."""
HELD_TO_A_FORM = ("symbol", "order_id")
"""The parts of addresses that are looked at by themselves before the database is asked, with words of their own."""


class WholeBodyRequest(Request):
    """A request whose body is always read: without a Content-Length, the framework would take it for empty."""

    def _load_stream(self) -> None:
        self._stream = cast("BinaryIO", self._request)


@method_decorator(gzip_page, name="dispatch")
class ApiView(APIView):
    """A view for holders of an API key. Its answers are never stored by anything on the way."""

    costs: ClassVar[Mapping[str, Cost]] = {}
    """What requests cost by their method, where it is not the usual."""

    @property
    def default_response_headers(self) -> dict[str, str]:
        """The headers of every answer."""
        return {**super().default_response_headers, "Cache-Control": "no-store"}

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        """The framework's request, reading its body whatever the headers say about its length."""
        return WholeBodyRequest(
            request,
            parsers=self.get_parsers(),
            authenticators=self.get_authenticators(),
            negotiator=self.get_content_negotiator(),
            parser_context=self.get_parser_context(request),
        )

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """What is looked at before the method's own work. What is sent is in the body: no query goes with it.

        Raises NotFound for an address that the database could not even be asked about.
        """
        super().initial(request, *args, **kwargs)
        if any(NUL in part for name, part in kwargs.items() if name not in HELD_TO_A_FORM):
            raise NotFound("Nothing has a name with a NUL in it.")
        if request.method in ("POST", "PUT", "PATCH"):
            refuse_query(request)

    def check_throttles(self, request: Request) -> None:
        """Take what the request costs from its caller's budgets. Raises Throttled."""
        usual = budgets.OPERATING if IsOperator in self.permission_classes else budgets.TRADING
        method = request.method or ""
        budgets.charge(request, self.costs.get(method) or budgets.DEFAULTS.get(method, usual))

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """The answer, with what is left of the caller's budget."""
        budgets.tell(request, response)
        return super().finalize_response(request, response, *args, **kwargs)

    def options(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Response:
        """The methods that this address takes, in the Allow header."""
        return Response(status=status.HTTP_204_NO_CONTENT)


class RevalidatedView(ApiView):
    """A view whose answers change rarely: they carry an ETag, and who has the newest already gets 304."""

    @property
    def default_response_headers(self) -> dict[str, str]:
        """The headers of every answer: kept by who asked, and asked about again each time."""
        return {**super().default_response_headers, "Cache-Control": "private, no-cache"}

    @method_decorator(conditional_page)
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Answer 304 to a reading whose If-None-Match names what the answer would be."""
        return super().dispatch(request, *args, **kwargs)


class PublicView(ApiView):
    """A view for everybody. An API key is not looked at."""

    authentication_classes = ()
    permission_classes = (AllowAny,)


def symbol_in(path_part: str) -> str:
    """The symbol in an address. Raises NotFound for a text that no instrument can have."""
    if not is_symbol(path_part):
        raise NotFound(RejectReason.UNKNOWN_SYMBOL.sentence, code=RejectReason.UNKNOWN_SYMBOL.code)
    return path_part


def order_id_in(path_part: str) -> int:
    """The order id in an address. Raises NotFound, as for an absent order, for a text that is no id."""
    return row_id_in(path_part, absent="You have no such order.")


def row_id_in(path_part: str, *, absent: str) -> int:
    """The id in an address. Raises NotFound with ``absent`` for a text that nothing can have as its id."""
    if not (path_part.isascii() and path_part.isdigit() and len(path_part) <= len(str(BIGINT_MAX))):
        raise NotFound(absent)
    if int(path_part) > BIGINT_MAX:
        raise NotFound(absent)
    return int(path_part)
