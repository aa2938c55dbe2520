"""Classes: people who trade beside each other with the same money, for a time, until their result is final."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from market.models.money import MoneyField
from vocabulary import limits


class TradingClass(models.Model):
    """A class that one of the staff has made. Who knows its ``code`` joins it, with an account of ``grant_amount``.

    Its accounts place orders from ``starts_at`` until before ``ends_at``, in the instruments of ``symbols`` or, where
    it names none, in all. From ``frozen_at`` on its results stand.
    """

    code = models.CharField(max_length=limits.CLASS_CODE_LENGTH, unique=True)
    name = models.CharField(max_length=limits.CLASS_NAME_LENGTH_MAX)
    teacher = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    grant_amount = MoneyField()
    currency = models.CharField(max_length=3)
    symbols = ArrayField(models.CharField(max_length=16), default=list, blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)
    frozen_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="class_grants_something", condition=Q(grant_amount__gt=0)),
            models.CheckConstraint(name="class_ends_after_its_start", condition=Q(ends_at__gt=F("starts_at"))),
        ]

    def __str__(self) -> str:
        return self.code


class ClassMember(models.Model):
    """Who has joined a class, once, and with which account.

    ``base_deposits`` are the account's deposits when it last started anew: what was paid in since is nobody's profit.
    ``highest_worth`` is the most that the grant had become by then, and ``deepest_fall`` how far it fell from such a
    height, as a share of that; both are kept while the class goes on.
    """

    trading_class = models.ForeignKey(TradingClass, on_delete=models.PROTECT, related_name="members")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    account = models.OneToOneField("market.Account", on_delete=models.PROTECT, related_name="+")
    joined_at = models.DateTimeField(auto_now_add=True)
    base_deposits = MoneyField()
    highest_worth = MoneyField()
    deepest_fall = models.DecimalField(max_digits=28, decimal_places=8, default=0)
    resets = models.PositiveIntegerField(default=0)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="joined_once", fields=["trading_class", "user"])]


class ClassResult(models.Model):
    """How a member of a class came out, written when the class was over. Append-only, held by the database."""

    member = models.OneToOneField(ClassMember, on_delete=models.PROTECT, related_name="result")
    rank = models.PositiveIntegerField()
    equity = MoneyField()
    profit = MoneyField()
    return_pct = models.DecimalField(max_digits=28, decimal_places=4)
    drawdown_pct = models.DecimalField(max_digits=28, decimal_places=4)
    frozen_at = models.DateTimeField()
