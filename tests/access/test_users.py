"""New users: a name that is free, a password that is strong."""

import pytest
from django.contrib.auth import authenticate
from django.test import RequestFactory

from access.errors import InvalidUser
from access.models import User
from access.services import users
from vocabulary.roles import Role


@pytest.mark.parametrize("password", ["short", "password1234", "123456789012345", "newcomer-1"])
def test_a_weak_password_is_refused_at_its_field(clean_database, password):
    with pytest.raises(InvalidUser) as refusal:
        users.create(username="newcomer", password=password)
    assert refusal.value.field == "password"
    assert not User.objects.exists()


@pytest.mark.parametrize("username", ["", "a b", "x" * 151, "<script>", "naïve/../x"])
def test_a_malformed_name_is_refused_at_its_field(clean_database, username):
    with pytest.raises(InvalidUser) as refusal:
        users.create(username=username, password="correct-horse-battery-1")
    assert refusal.value.field == "username"
    assert not User.objects.exists()


def test_a_taken_name_is_refused(clean_database):
    users.create(username="tim", password="correct-horse-battery-1")
    with pytest.raises(InvalidUser, match="taken"):
        users.create(username="tim", password="correct-horse-battery-2")
    assert User.objects.count() == 1


def test_a_long_password_works(clean_database):
    long_password = "a long sentence of my own " * 3
    users.create(username="tim", password=long_password, role=Role.OPERATOR)
    request = RequestFactory().post("/sign-in/")
    assert authenticate(request, username="tim", password=long_password).role == Role.OPERATOR
    assert authenticate(request, username="tim", password=long_password[:-1]) is None
