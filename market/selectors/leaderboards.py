"""How the members of a class stand, now or for good. It asks nobody's leave: doors read through ``classes``."""

from django.db import connection

from market.models import ClassResult
from market.records import RankRecord
from market.valuations import MEMBERS_WORTH, rates

STANDING = f"""
SELECT rank() OVER (ORDER BY w.worth DESC), u.username, a.number, round(w.equity, 8),
       round(w.worth - c.grant_amount, 8), round(100 * (w.worth - c.grant_amount) / c.grant_amount, 4),
       round(100 * greatest(m.deepest_fall, (m.highest_worth - w.worth) / m.highest_worth), 4)
  FROM ({MEMBERS_WORTH} AND m.trading_class_id = %(class_id)s) w
  JOIN market_classmember m ON m.id = w.member_id
  JOIN market_tradingclass c ON c.id = m.trading_class_id
  JOIN market_account a ON a.id = m.account_id
  JOIN access_user u ON u.id = m.user_id
 ORDER BY w.worth DESC, u.username
"""


def standing_now(class_id: int) -> list[RankRecord]:
    """How the members of a class stand at the marks, the best first."""
    with connection.cursor() as cursor:
        cursor.execute(STANDING, {"class_id": class_id, **rates()})
        return [RankRecord(*row) for row in cursor.fetchall()]


def results(class_id: int) -> list[RankRecord]:
    """How the members of a class came out, the best first."""
    found = ClassResult.objects.filter(member__trading_class=class_id).order_by("rank", "member__user__username")
    names = ("member__user__username", "member__account__number", "equity", "profit", "return_pct", "drawdown_pct")
    return [RankRecord(*row) for row in found.values_list("rank", *names)]
