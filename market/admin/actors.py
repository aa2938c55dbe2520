"""Who is at the admin."""

from django.http import HttpRequest

from access.networks import caller_address
from access.records import Actor
from access.selectors import users


def actor_of(request: HttpRequest) -> Actor:
    """Whoever has signed in: the admin is open to nobody else."""
    actor = users.actor_of(int(request.user.pk or 0), door="admin", address=caller_address(request.META))
    assert actor is not None, "the admin is open to signed-in staff alone"
    return actor
