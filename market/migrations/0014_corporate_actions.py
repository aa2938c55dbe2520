"""Corporate actions, and the transfers by which they pay and hand out."""

import importlib

import django.db.models.deletion
import market.models.money
from django.conf import settings
from django.db import migrations, models


LEDGER = importlib.import_module("market.migrations.0012_money_movements").LEDGER
TRANSFERS = importlib.import_module("market.migrations.0012_money_movements").TRANSFERS
TRANSFERS_OF_ACTIONS = """
UNION ALL
SELECT CASE p.kind WHEN 'RESET' THEN 'TRANSFER' ELSE p.kind END, p.id, 'ACCOUNT', leg.account_id, i.currency,
       p.instrument_id, leg.amount, leg.quantity_lots, p.posted_at
  FROM market_positiontransfer p
  JOIN market_instrument i ON i.id = p.instrument_id
 CROSS JOIN LATERAL (VALUES
       (p.from_account_id, p.lot_price * p.quantity_lots - p.amount, -p.quantity_lots),
       (p.to_account_id, -p.lot_price * p.quantity_lots + p.amount, p.quantity_lots)
       ) AS leg (account_id, amount, quantity_lots)
"""


class Migration(migrations.Migration):

    dependencies = [
        ('market', '0013_classes'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='CorporateAction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reference', models.CharField(max_length=64, unique=True)),
                ('kind', models.CharField(choices=[('DIVIDEND', 'Cash dividend'), ('SPLIT', 'Split'), ('DELISTING', 'Delisting at a price')], max_length=16)),
                ('amount', market.models.money.MoneyField(decimal_places=8, max_digits=28, null=True)),
                ('new_units', models.IntegerField(null=True)),
                ('old_units', models.IntegerField(null=True)),
                ('note', models.CharField(blank=True, max_length=200)),
                ('status', models.CharField(choices=[('WAITING', 'Waits for a second person'), ('UNDERWAY', 'Positions are being paid out'), ('DONE', 'Done'), ('DECLINED', 'Declined')], max_length=8)),
                ('proposed_at', models.DateTimeField(auto_now_add=True)),
                ('decided_at', models.DateTimeField(null=True)),
                ('after_trade_seq', models.BigIntegerField(null=True)),
                ('after_transfer_id', models.BigIntegerField(null=True)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='positiontransfer',
            name='transfer_moves_something',
        ),
        migrations.AddField(
            model_name='instrument',
            name='delisted_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='positiontransfer',
            name='amount',
            field=market.models.money.MoneyField(db_default=0, decimal_places=8, max_digits=28),
        ),
        migrations.AlterField(
            model_name='positiontransfer',
            name='kind',
            field=models.CharField(choices=[('DEPOSIT', 'Deposit'), ('WITHDRAWAL', 'Withdrawal'), ('RESET', 'Reset to an amount'), ('DIVIDEND', 'Cash dividend'), ('SPLIT', 'Split'), ('DELISTING', 'Delisting at a price')], max_length=16),
        ),
        migrations.AddField(
            model_name='corporateaction',
            name='decided_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='corporateaction',
            name='instrument',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='corporate_actions', to='market.instrument'),
        ),
        migrations.AddField(
            model_name='corporateaction',
            name='proposed_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='positiontransfer',
            name='corporate_action',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='transfers', to='market.corporateaction'),
        ),
        migrations.AddConstraint(
            model_name='positiontransfer',
            constraint=models.CheckConstraint(condition=models.Q(('quantity_lots__gt', 0), models.Q(('quantity_lots', 0), models.Q(('amount', 0), _negated=True)), _connector='OR'), name='transfer_moves_something'),
        ),
        migrations.AddConstraint(
            model_name='positiontransfer',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('corporate_action__isnull', False), ('movement__isnull', True)), models.Q(('corporate_action__isnull', True), ('movement__isnull', False)), _connector='OR'), name='transfer_has_one_cause'),
        ),
        migrations.AddIndex(
            model_name='corporateaction',
            index=models.Index(condition=models.Q(('status__in', ['WAITING', 'UNDERWAY'])), fields=['id'], name='actions_not_done'),
        ),
        migrations.AddConstraint(
            model_name='corporateaction',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'SPLIT'), ('new_units__gt', 0), ('old_units__gt', 0)), models.Q(('amount__gte', 0), ('new_units__isnull', True), ('old_units__isnull', True), models.Q(('kind', 'SPLIT'), _negated=True)), _connector='OR'), name='action_names_its_terms'),
        ),
        migrations.RunSQL(LEDGER + TRANSFERS_OF_ACTIONS, LEDGER + TRANSFERS),
    ]
