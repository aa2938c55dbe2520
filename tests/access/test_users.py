"""New users: a name that is free, a password that is strong."""

import pytest
from django.contrib.auth import authenticate
from django.test import RequestFactory

from access.errors import InvalidUser, NotPermitted
from access.models import AuditEntry, User
from access.records import Actor
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


def test_a_guest_has_a_name_that_nobody_can_sign_up_with_and_no_password(clean_database):
    guest = users.create_guest(door="web")
    assert (guest.is_guest, guest.role) == (True, Role.TRADER)
    assert not User.objects.get().has_usable_password()
    with pytest.raises(InvalidUser):
        users.create(username=guest.username, password="correct-horse-battery-1")


def test_a_guest_who_chooses_a_name_and_a_password_is_a_trader_like_any_other(clean_database):
    guest = users.create_guest(door="web")
    kept = users.keep_guest(guest, username="vera", password="correct-horse-battery-1")
    assert (kept.user_id, kept.username, kept.is_guest) == (guest.user_id, "vera", False)
    request = RequestFactory().post("/sign-in/")
    assert authenticate(request, username="vera", password="correct-horse-battery-1").pk == guest.user_id
    acts = list(AuditEntry.objects.order_by("pk").values_list("action", "subject"))
    assert acts == [("user.create", guest.username), ("user.keep_guest", "vera")]
    with pytest.raises(NotPermitted):
        users.keep_guest(kept, username="vera2", password="correct-horse-battery-1")


@pytest.mark.parametrize(("username", "password"), [("tim", "correct-horse-battery-1"), ("vera", "short")])
def test_a_guest_who_chooses_badly_stays_a_guest(clean_database, username, password):
    users.create(username="tim", password="correct-horse-battery-2")
    guest = users.create_guest(door="web")
    with pytest.raises(InvalidUser):
        users.keep_guest(guest, username=username, password=password)
    assert User.objects.get(pk=guest.user_id).username == guest.username


def test_what_is_to_be_done_with_a_new_user_is_done_by_the_same_commit(clean_database):
    def fail(actor: Actor) -> None:
        raise RuntimeError(actor.username)

    with pytest.raises(RuntimeError, match="vera"):
        users.create(username="vera", password="correct-horse-battery-1", then=fail)
    assert not User.objects.exists()
    assert not AuditEntry.objects.exists()
