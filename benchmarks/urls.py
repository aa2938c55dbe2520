"""The exchange's routes and, for the benchmarks alone, a view that does nothing for whoever holds an API key."""

from django.urls import include, path
from rest_framework.request import Request
from rest_framework.response import Response

from rest_api.views.base import ApiView


class EmptyView(ApiView):
    """What any authenticated request costs before it does anything."""

    def get(self, request: Request) -> Response:
        """Nothing, for its reader."""
        return Response({})

    def post(self, request: Request) -> Response:
        """Nothing, for its sender."""
        return Response({})


urlpatterns = [path("bench/empty/", EmptyView.as_view()), path("", include("marketops_site.urls"))]
