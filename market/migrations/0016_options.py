"""Options: their contracts, and their expiry."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('market', '0015_reservations'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name='corporateaction',
            name='kind',
            field=models.CharField(choices=[('DIVIDEND', 'Cash dividend'), ('SPLIT', 'Split'), ('DELISTING', 'Delisting at a price'), ('EXPIRY', 'Expiry of an option')], max_length=16),
        ),
        migrations.AlterField(
            model_name='corporateaction',
            name='proposed_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='instrument',
            name='kind',
            field=models.CharField(choices=[('SHARE', 'Share'), ('FUND', 'Fund'), ('CURRENCY_PAIR', 'Currency pair'), ('OPTION', 'Option')], max_length=16),
        ),
        migrations.AlterField(
            model_name='positiontransfer',
            name='kind',
            field=models.CharField(choices=[('DEPOSIT', 'Deposit'), ('WITHDRAWAL', 'Withdrawal'), ('RESET', 'Reset to an amount'), ('DIVIDEND', 'Cash dividend'), ('SPLIT', 'Split'), ('DELISTING', 'Delisting at a price'), ('EXPIRY', 'Expiry of an option')], max_length=16),
        ),
        migrations.CreateModel(
            name='OptionContract',
            fields=[
                ('instrument', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='option', serialize=False, to='market.instrument')),
                ('put_or_call', models.SmallIntegerField(choices=[(0, 'PUT'), (1, 'CALL')])),
                ('strike_price', models.DecimalField(decimal_places=8, max_digits=20)),
                ('expires_at', models.DateTimeField()),
                ('settlement_price', models.DecimalField(decimal_places=8, max_digits=20, null=True)),
                ('settlement_basis', models.CharField(blank=True, choices=[('CLOSING_AUCTION', 'CLOSING_AUCTION'), ('LAST_TRADE', 'LAST_TRADE'), ('MIDPOINT', 'MIDPOINT'), ('REFERENCE_PRICE', 'REFERENCE_PRICE')], max_length=16)),
                ('underlying', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='options', to='market.instrument')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('settlement_price__isnull', True)), fields=['expires_at'], name='options_to_expire')],
                'constraints': [models.CheckConstraint(condition=models.Q(('strike_price__gt', 0)), name='option_strike_positive')],
            },
        ),
    ]
