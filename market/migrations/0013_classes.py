"""Classes, their members and their results."""

import django.contrib.postgres.fields
import django.db.models.deletion
import market.models.money
from django.conf import settings
from django.db import migrations, models

from access.append_only import append_only


class Migration(migrations.Migration):

    dependencies = [
        ('market', '0012_money_movements'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ClassMember',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('joined_at', models.DateTimeField(auto_now_add=True)),
                ('base_deposits', market.models.money.MoneyField(decimal_places=8, max_digits=28)),
                ('highest_worth', market.models.money.MoneyField(decimal_places=8, max_digits=28)),
                ('deepest_fall', models.DecimalField(decimal_places=8, default=0, max_digits=28)),
                ('resets', models.PositiveIntegerField(default=0)),
                ('removed_at', models.DateTimeField(null=True)),
                ('account', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='market.account')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='ClassResult',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rank', models.PositiveIntegerField()),
                ('equity', market.models.money.MoneyField(decimal_places=8, max_digits=28)),
                ('profit', market.models.money.MoneyField(decimal_places=8, max_digits=28)),
                ('return_pct', models.DecimalField(decimal_places=4, max_digits=28)),
                ('drawdown_pct', models.DecimalField(decimal_places=4, max_digits=28)),
                ('frozen_at', models.DateTimeField()),
                ('member', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='result', to='market.classmember')),
            ],
        ),
        migrations.CreateModel(
            name='TradingClass',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=8, unique=True)),
                ('name', models.CharField(max_length=80)),
                ('grant_amount', market.models.money.MoneyField(decimal_places=8, max_digits=28)),
                ('currency', models.CharField(max_length=3)),
                ('symbols', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=16), blank=True, default=list, size=None)),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('frozen_at', models.DateTimeField(null=True)),
                ('teacher', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.AddField(
            model_name='classmember',
            name='trading_class',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='members', to='market.tradingclass'),
        ),
        migrations.AddConstraint(
            model_name='tradingclass',
            constraint=models.CheckConstraint(condition=models.Q(('grant_amount__gt', 0)), name='class_grants_something'),
        ),
        migrations.AddConstraint(
            model_name='tradingclass',
            constraint=models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='class_ends_after_its_start'),
        ),
        migrations.AddConstraint(
            model_name='classmember',
            constraint=models.UniqueConstraint(fields=('trading_class', 'user'), name='joined_once'),
        ),
        append_only('market_classresult'),
    ]
