"""The people who may sign in."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q

from vocabulary.roles import Role

ROLE_CHOICES = [(role.value, role.value.capitalize()) for role in Role]


class User(AbstractUser):
    """A person with a sign-in. What they may do follows from their role; what they may trade, from account grants.

    A guest has no password yet, and a name that nobody can sign up with; ``guest_name`` keeps it when they have chosen
    one of their own.
    """

    role = models.CharField(max_length=16, choices=ROLE_CHOICES, default=Role.TRADER)
    is_guest = models.BooleanField(default=False)
    guest_name = models.CharField(max_length=150, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="user_guest_only_trades",
                condition=Q(is_guest=False) | (Q(role=Role.TRADER.value) & Q(guest_name=F("username"))),
            ),
            models.CheckConstraint(
                name="user_staff_flag_follows_role",
                condition=Q(is_staff=True, role=Role.STAFF.value) | (Q(is_staff=False) & ~Q(role=Role.STAFF.value)),
            ),
        ]
