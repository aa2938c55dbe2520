"""The API's description: as an OpenAPI document, and as a page to try it on."""

from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularJSONAPIView
from rest_framework.permissions import AllowAny
from rest_framework.renderers import TemplateHTMLRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView


class SchemaView(SpectacularJSONAPIView):
    """The OpenAPI document, as JSON."""


class DocsView(APIView):
    """Swagger UI, with its scripts from files alone so that a strict content security policy holds."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    renderer_classes = (TemplateHTMLRenderer,)

    @extend_schema(exclude=True)
    def get(self, request: Request) -> Response:
        """The page."""
        return Response(template_name="rest_api/docs.html")
