"""Margin accounts, the limits of each account and its kill switch, and what befalls accounts."""

import django.db.models.deletion
import market.models.money
import vocabulary.roles
from access.append_only import append_only
from django.db import migrations, models
from django.db.models import F, Q


MONEY_LIMITS = ('leverage_max', 'order_qty_max', 'order_value_max', 'position_qty_max', 'unexecuted_value_max')


class Migration(migrations.Migration):

    dependencies = [
        ('market', '0010_fees_and_ledger'),
    ]

    operations = [
        migrations.CreateModel(
            name='AccountEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('KILLED', 'Kill switch on'), ('UNKILLED', 'Kill switch off'), ('MARGIN_CALL', 'Equity below the maintenance margin'), ('LIQUIDATION_STARTED', 'Liquidation started'), ('LIQUIDATION_ORDER', 'Liquidation order'), ('MARGIN_RESTORED', 'Equity covers the maintenance margin again')], max_length=24)),
                ('detail', models.JSONField(default=dict)),
                ('happened_at', models.DateTimeField(auto_now_add=True)),
            ],
        ),
        migrations.CreateModel(
            name='EquitySample',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sampled_at', models.DateTimeField()),
                ('cash', market.models.money.MoneyField(decimal_places=8, max_digits=28)),
                ('equity', market.models.money.MoneyField(decimal_places=8, max_digits=28)),
                ('unrealised_profit', market.models.money.MoneyField(decimal_places=8, max_digits=28)),
                ('maintenance_margin', market.models.money.MoneyField(decimal_places=8, max_digits=28)),
            ],
        ),
        *(
            migrations.AddField('account', name, market.models.money.MoneyField(decimal_places=8, max_digits=28, null=True))
            for name in MONEY_LIMITS
        ),
        migrations.AddField(
            model_name='account',
            name='kill_reason',
            field=models.CharField(blank=True, db_default='', max_length=200),
        ),
        migrations.AddField(
            model_name='account',
            name='killed_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='account',
            name='liquidating_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='account',
            name='margin_call_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='account',
            name='messages_per_s_max',
            field=models.IntegerField(null=True),
        ),
        migrations.AddField(
            model_name='account',
            name='open_orders_max',
            field=models.IntegerField(null=True),
        ),
        migrations.AddField(
            model_name='instrument',
            name='initial_margin_bps',
            field=models.IntegerField(null=True),
        ),
        migrations.AddField(
            model_name='instrument',
            name='maintenance_margin_bps',
            field=models.IntegerField(null=True),
        ),
        migrations.AddField(
            model_name='order',
            name='is_liquidation',
            field=models.BooleanField(db_default=False),
        ),
        migrations.AlterField(
            model_name='account',
            name='kind',
            field=models.CharField(choices=[('CASH', 'Cash'), ('MARGIN', 'Margin'), ('HOUSE', 'House')], default=vocabulary.roles.AccountKind['CASH'], max_length=8),
        ),
        migrations.AddConstraint(
            model_name='instrument',
            constraint=models.CheckConstraint(
                condition=Q(initial_margin_bps__isnull=True, maintenance_margin_bps__isnull=True)
                | Q(initial_margin_bps__isnull=False, maintenance_margin_bps__isnull=False)
                & Q(maintenance_margin_bps__gt=0, initial_margin_bps__gte=F("maintenance_margin_bps")),
                name='instrument_margins_ordered',
            ),
        ),
        migrations.AddField(
            model_name='accountevent',
            name='account',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='events', to='market.account'),
        ),
        migrations.AddField(
            model_name='equitysample',
            name='account',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='market.account'),
        ),
        migrations.AddIndex(
            model_name='accountevent',
            index=models.Index(fields=['account', '-id'], name='events_of_account'),
        ),
        migrations.AddIndex(
            model_name='equitysample',
            index=models.Index(fields=['sampled_at'], name='equity_samples_by_age'),
        ),
        migrations.AddConstraint(
            model_name='equitysample',
            constraint=models.UniqueConstraint(fields=('account', 'sampled_at'), name='equity_sampled_once'),
        ),
        append_only('market_accountevent'),
    ]
