"""Accounts and who may trade them."""

from django.conf import settings
from django.db import models

from market.models.account_limits import LimitsOfAccount
from market.models.money import MoneyField
from vocabulary.roles import AccountKind

KIND_CHOICES = [(kind.value, kind.value.capitalize()) for kind in AccountKind]


class Account(LimitsOfAccount):
    """What is debited. ``deposits`` is written by intake and staff alone, under this row's lock; never by a matcher.

    It is all that was paid in less all that was paid out: below zero once profits were paid out too.

    What stops it from trading stands here too, so that whoever holds the lock reads it as it is: ``killed_at`` says
    since when its kill switch is on and ``kill_reason`` why, ``margin_call_at`` since when its equity is below what its
    positions require, ``liquidating_at`` since when the exchange closes them.
    """

    number = models.CharField(max_length=16, unique=True)
    kind = models.CharField(max_length=8, choices=KIND_CHOICES, default=AccountKind.CASH)
    currency = models.CharField(max_length=3, default="USD")
    deposits = MoneyField(default=0)
    opened_at = models.DateTimeField(auto_now_add=True)
    killed_at = models.DateTimeField(null=True)
    kill_reason = models.CharField(max_length=200, blank=True, db_default="")
    margin_call_at = models.DateTimeField(null=True)
    liquidating_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.number


class AccountGrant(models.Model):
    """A user's right to see and trade an account."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="grants")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="account_grants")
    granted_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="grant_once", fields=["account", "user"])]
