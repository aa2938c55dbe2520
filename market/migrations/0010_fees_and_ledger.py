"""Fees, cost and the ledger as a view over what moves money and quantity.

What positions have cost is computed from the trades that are there.
"""

from decimal import Decimal

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q

import market.models.fee_schedule
import market.models.money
from access.append_only import append_only
from market.average_cost import Holding, after_fill
from vocabulary.rejects import RejectReason

CREATE_LEDGER = """
CREATE VIEW market_ledger AS
SELECT 'TRADE'::text AS cause, t.id AS cause_id, leg.ledger_account, leg.account_id, i.currency,
       t.instrument_id, leg.amount, leg.quantity_lots, t.executed_at AS happened_at
  FROM market_trade t
  JOIN market_instrument i ON i.id = t.instrument_id
 CROSS JOIN LATERAL (VALUES
       ('ACCOUNT', t.buy_account_id, -t.price_ticks * t.quantity_lots * i.tick_size * i.lot_size, t.quantity_lots),
       ('ACCOUNT', t.sell_account_id, t.price_ticks * t.quantity_lots * i.tick_size * i.lot_size, -t.quantity_lots)
       ) AS leg (ledger_account, account_id, amount, quantity_lots)
UNION ALL
SELECT 'FEE', t.id, leg.ledger_account, leg.account_id, i.currency, t.instrument_id, leg.amount, 0, t.executed_at
  FROM market_trade t
  JOIN market_instrument i ON i.id = t.instrument_id
 CROSS JOIN LATERAL (VALUES
       ('ACCOUNT', t.buy_account_id, -t.buy_fee_micros * 0.000001),
       ('FEES', NULL::bigint, t.buy_fee_micros * 0.000001),
       ('ACCOUNT', t.sell_account_id, -t.sell_fee_micros * 0.000001),
       ('FEES', NULL::bigint, t.sell_fee_micros * 0.000001)
       ) AS leg (ledger_account, account_id, amount)
 WHERE leg.amount <> 0
UNION ALL
SELECT e.kind, e.id, leg.ledger_account, leg.account_id, a.currency, NULL, leg.amount, 0, e.posted_at
  FROM market_ledgerentry e
  JOIN market_account a ON a.id = e.account_id
 CROSS JOIN LATERAL (VALUES
       ('ACCOUNT', e.account_id, e.amount),
       ('OUTSIDE', NULL::bigint, -e.amount)
       ) AS leg (ledger_account, account_id, amount)
"""
DROP_LEDGER = "DROP VIEW market_ledger"


def compute_costs(apps, schema_editor):
    schema_editor.execute("SELECT set_config('marketops.writer', 'matcher', true)")
    positions, trades = apps.get_model("market", "Position").objects, apps.get_model("market", "Trade").objects
    for instrument in apps.get_model("market", "Instrument").objects.all():
        steps = int((instrument.tick_size * instrument.lot_size).scaleb(8))
        held = {}
        columns = ("buy_account_id", "sell_account_id", "quantity_lots", "price_ticks")
        rows = trades.filter(instrument=instrument).order_by("trade_seq").values_list(*columns)
        for buyer, seller, lots, ticks in rows.iterator():
            for account_id, signed in ((buyer, lots), (seller, -lots)):
                before = held.get(account_id, Holding())
                held[account_id] = after_fill(before, signed_lots=signed, lot_price_steps=ticks * steps)
        for account_id, holding in held.items():
            cost = Decimal(holding.cost_steps).scaleb(-8)
            positions.filter(account_id=account_id, instrument=instrument).update(cost=cost)


class Migration(migrations.Migration):

    dependencies = [
        ('market', '0007_guarded_rows'),
    ]

    operations = [
        migrations.CreateModel(
            name='FeeSchedule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('instrument', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, to='market.instrument')),
                ('from_trade_seq', models.BigIntegerField()),
                ('maker_bps', market.models.fee_schedule.RateField(decimal_places=4, default=0, max_digits=9)),
                ('taker_bps', market.models.fee_schedule.RateField(decimal_places=4, default=0, max_digits=9)),
                ('maker_per_lot', market.models.money.MoneyField(decimal_places=8, default=0, max_digits=28)),
                ('taker_per_lot', market.models.money.MoneyField(decimal_places=8, default=0, max_digits=28)),
                ('decided_at', models.DateTimeField(auto_now_add=True)),
            ],
        ),
        migrations.AddIndex(
            model_name='feeschedule',
            index=models.Index(fields=['instrument', 'id'], name='fee_schedules_of_book'),
        ),
        migrations.AddConstraint(
            model_name='feeschedule',
            constraint=models.CheckConstraint(
                condition=Q(maker_bps__gte=0 - F("taker_bps"), maker_per_lot__gte=0 - F("taker_per_lot")),
                name='fees_cover_rebates',
            ),
        ),
        append_only("market_feeschedule"),
        migrations.AddField('book', 'fee_schedule_id', models.BigIntegerField(null=True)),
        migrations.AddField('position', 'cost', market.models.money.MoneyField(db_default=0, decimal_places=8, max_digits=28)),
        migrations.AddField('position', 'fees', market.models.money.MoneyField(db_default=0, decimal_places=8, max_digits=28)),
        migrations.AddField('trade', 'buy_fee_micros', models.BigIntegerField(db_default=0)),
        migrations.AddField('trade', 'sell_fee_micros', models.BigIntegerField(db_default=0)),
        migrations.AlterField(
            'order',
            'reject_reason',
            models.SmallIntegerField(choices=[(reason.value, reason.name) for reason in RejectReason], default=RejectReason.NONE),
        ),
        migrations.RunPython(compute_costs, migrations.RunPython.noop),
        migrations.RunSQL(CREATE_LEDGER, DROP_LEDGER),
    ]
