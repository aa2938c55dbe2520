"""What a person sees when a page cannot be shown."""

import pytest
from django.test import Client, RequestFactory

from marketops_site import urls
from web.views import errors


def test_a_page_that_does_not_exist_says_so_in_the_sites_own_style(trader: Client):
    answer = trader.get("/nowhere/")

    assert answer.status_code == 404
    assert "Nothing is listed here" in answer.content.decode()
    assert "css/marketops.css" in answer.content.decode()


def test_a_host_that_is_not_ours_is_a_bad_request(anybody: Client):
    answer = anybody.get("/", headers={"Host": "evil.example"})

    assert answer.status_code == 400
    assert "This request made no sense" in answer.content.decode()


def test_an_error_page_needs_no_database(django_db_blocker: object):
    request = RequestFactory().get("/portfolio/")

    answer = errors.server_error(request)

    assert answer.status_code == 500
    assert "Something broke on our side" in answer.content.decode()
    assert urls.handler500(request).content == answer.content


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE"])
def test_a_method_that_a_page_does_not_know_is_refused(method: str, trader: Client):
    assert trader.generic(method, "/").status_code == 405


def test_a_form_of_a_thousand_fields_is_refused(trader: Client):
    answer = trader.post("/instruments/ACME/orders/", {f"field{number}": "1" for number in range(1001)})

    assert answer.status_code == 400
