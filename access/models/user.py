"""The people who may sign in."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q

from vocabulary.roles import Role

ROLE_CHOICES = [(role.value, role.value.capitalize()) for role in Role]


class User(AbstractUser):
    """A person with a sign-in. What they may do follows from their role; what they may trade, from account grants."""

    role = models.CharField(max_length=16, choices=ROLE_CHOICES, default=Role.TRADER)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="user_staff_flag_follows_role",
                condition=Q(is_staff=True, role=Role.STAFF.value) | (Q(is_staff=False) & ~Q(role=Role.STAFF.value)),
            ),
        ]
