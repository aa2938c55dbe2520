"""What staff do to accounts' money, and the ledger with the transfers of positions that come of it."""

import django.db.models.deletion
import market.models.money
from django.conf import settings
from django.db import migrations, models

from access.append_only import append_only

LEDGER = """
CREATE OR REPLACE VIEW market_ledger AS
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
TRANSFERS = """
UNION ALL
SELECT 'TRANSFER', p.id, 'ACCOUNT', leg.account_id, i.currency, p.instrument_id, leg.amount, leg.quantity_lots,
       p.posted_at
  FROM market_positiontransfer p
  JOIN market_instrument i ON i.id = p.instrument_id
 CROSS JOIN LATERAL (VALUES
       (p.from_account_id, p.lot_price * p.quantity_lots, -p.quantity_lots),
       (p.to_account_id, -p.lot_price * p.quantity_lots, p.quantity_lots)
       ) AS leg (account_id, amount, quantity_lots)
"""
# Backwards the view goes back to what it was, for its columns are those of tables that go.
GUARD = (
    "CREATE TRIGGER by_its_writer BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table} FOR EACH STATEMENT"
    " WHEN (COALESCE(current_setting('marketops.writer', true), '') NOT IN ({words}))"
    " EXECUTE FUNCTION refuse_stranger('{writers}')"
)
DROP_GUARD = "DROP TRIGGER by_its_writer ON {table}"


def guard(table, *writers):
    return GUARD.format(table=table, words=", ".join(f"'{one}'" for one in writers), writers=" or ".join(writers))



class Migration(migrations.Migration):

    dependencies = [
        ('market', '0011_account_kinds_and_limits'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Movement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reference', models.CharField(max_length=64, unique=True)),
                ('kind', models.CharField(choices=[('DEPOSIT', 'Deposit'), ('WITHDRAWAL', 'Withdrawal'), ('RESET', 'Reset to an amount')], max_length=16)),
                ('amount', market.models.money.MoneyField(decimal_places=8, max_digits=28)),
                ('note', models.CharField(blank=True, max_length=200)),
                ('status', models.CharField(choices=[('WAITING', 'Waits for a second person'), ('DONE', 'Done'), ('DECLINED', 'Declined')], max_length=8)),
                ('proposed_at', models.DateTimeField(auto_now_add=True)),
                ('decided_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='PositionTransfer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('DEPOSIT', 'Deposit'), ('WITHDRAWAL', 'Withdrawal'), ('RESET', 'Reset to an amount')], max_length=16)),
                ('quantity_lots', models.BigIntegerField()),
                ('lot_price', market.models.money.MoneyField(decimal_places=8, max_digits=28)),
                ('after_trade_seq', models.BigIntegerField()),
                ('posted_at', models.DateTimeField(auto_now_add=True)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='account',
            name='account_deposits_not_negative',
        ),
        migrations.AlterField(
            model_name='ledgerentry',
            name='kind',
            field=models.CharField(choices=[('DEPOSIT', 'Deposit'), ('WITHDRAWAL', 'Withdrawal'), ('RESET', 'Reset to an amount')], max_length=16),
        ),
        migrations.AddField(
            model_name='movement',
            name='account',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='movements', to='market.account'),
        ),
        migrations.AddField(
            model_name='movement',
            name='decided_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='movement',
            name='proposed_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='ledgerentry',
            name='movement',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='entry', to='market.movement'),
        ),
        migrations.AddField(
            model_name='positiontransfer',
            name='from_account',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='market.account'),
        ),
        migrations.AddField(
            model_name='positiontransfer',
            name='instrument',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, to='market.instrument'),
        ),
        migrations.AddField(
            model_name='positiontransfer',
            name='movement',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='transfers', to='market.movement'),
        ),
        migrations.AddField(
            model_name='positiontransfer',
            name='to_account',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='market.account'),
        ),
        migrations.AddIndex(
            model_name='movement',
            index=models.Index(condition=models.Q(('status', 'WAITING')), fields=['id'], name='movements_that_wait'),
        ),
        migrations.AddConstraint(
            model_name='movement',
            constraint=models.CheckConstraint(condition=models.Q(('amount__gte', 0)), name='movement_amount_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='positiontransfer',
            constraint=models.CheckConstraint(condition=models.Q(('quantity_lots__gt', 0)), name='transfer_moves_something'),
        ),
        append_only("market_positiontransfer"),
        migrations.RunSQL(guard("market_positiontransfer", "staff"), DROP_GUARD.format(table="market_positiontransfer")),
        migrations.RunSQL(
            [DROP_GUARD.format(table="market_position"), guard("market_position", "matcher", "staff")],
            [DROP_GUARD.format(table="market_position"), guard("market_position", "matcher")],
        ),
        migrations.RunSQL(LEDGER + TRANSFERS, LEDGER),
    ]
