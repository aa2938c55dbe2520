"""Trading calendars and leases of sessions. Every instrument listed before is always open, as it was."""

import datetime
import django.db.models.deletion
import django.utils.timezone
import vocabulary.calendars
from django.conf import settings
from django.db import migrations, models


ALWAYS_OPEN = """
INSERT INTO market_tradingcalendar (instrument_id, kind, zone, day_ends, day_s, began_at)
SELECT id, 'ALWAYS_OPEN', 'UTC', '00:00', 0, now() FROM market_instrument
"""
# Each renewal leaves a dead row behind; the few that live are read four times a second.
VACUUMED_EARLY = """
ALTER TABLE market_sessionlease SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0,
                                     autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_cost_delay = 0)
"""


class Migration(migrations.Migration):

    dependencies = [
        ('market', '0004_matching_service'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='TradingCalendar',
            fields=[
                ('instrument', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='trading_calendar', serialize=False, to='market.instrument')),
                ('kind', models.CharField(choices=[('ALWAYS_OPEN', 'ALWAYS_OPEN'), ('SESSIONS', 'SESSIONS'), ('COMPRESSED', 'COMPRESSED')], default=vocabulary.calendars.CalendarKind['ALWAYS_OPEN'], max_length=16)),
                ('zone', models.CharField(default='UTC', max_length=64)),
                ('day_ends', models.TimeField(default=datetime.time(0, 0))),
                ('day_s', models.IntegerField(default=0)),
                ('began_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('settled_until', models.DateTimeField(null=True)),
                ('next_at', models.DateTimeField(null=True)),
                ('next_phase', models.SmallIntegerField(choices=[(1, 'PRE_OPEN'), (2, 'OPENING_AUCTION'), (3, 'CONTINUOUS'), (6, 'CLOSING_AUCTION'), (0, 'CLOSED')], null=True)),
                ('next_phase_at', models.DateTimeField(null=True)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('day_s__gte', 10), ('kind', vocabulary.calendars.CalendarKind['COMPRESSED'])), models.Q(models.Q(('kind', vocabulary.calendars.CalendarKind['COMPRESSED']), _negated=True), ('day_s', 0)), _connector='OR'), name='calendar_compressed_day_has_a_length')],
            },
        ),
        migrations.CreateModel(
            name='SessionLease',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('session', models.CharField(max_length=64)),
                ('token', models.UUIDField(unique=True)),
                ('exec_inst', models.BigIntegerField()),
                ('timeout_s', models.IntegerField()),
                ('opened_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('account', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, to='market.account')),
                ('user', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('account', 'session'), name='session_once_per_account'), models.CheckConstraint(condition=models.Q(('timeout_s__gte', 1)), name='session_timeout_positive')],
            },
        ),
        migrations.CreateModel(
            name='Holiday',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('on', models.DateField()),
                ('calendar', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='holidays', to='market.tradingcalendar')),
            ],
            options={
                'ordering': ['on'],
                'constraints': [models.UniqueConstraint(fields=('calendar', 'on'), name='holiday_once')],
            },
        ),
        migrations.CreateModel(
            name='CalendarTime',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('weekdays', models.SmallIntegerField(default=vocabulary.calendars.Weekdays['MONDAY'] | vocabulary.calendars.Weekdays['TUESDAY'] | vocabulary.calendars.Weekdays['WEDNESDAY'] | vocabulary.calendars.Weekdays['THURSDAY'] | vocabulary.calendars.Weekdays['FRIDAY'] | vocabulary.calendars.Weekdays['SATURDAY'] | vocabulary.calendars.Weekdays['SUNDAY'])),
                ('at', models.TimeField()),
                ('phase', models.SmallIntegerField(choices=[(1, 'PRE_OPEN'), (2, 'OPENING_AUCTION'), (3, 'CONTINUOUS'), (6, 'CLOSING_AUCTION'), (0, 'CLOSED')])),
                ('calendar', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='times', to='market.tradingcalendar')),
            ],
            options={
                'ordering': ['at'],
                'constraints': [models.UniqueConstraint(fields=('calendar', 'at', 'phase'), name='calendar_time_once'), models.CheckConstraint(condition=models.Q(('weekdays__gte', 1), ('weekdays__lte', 127)), name='calendar_time_is_on_some_day'), models.CheckConstraint(condition=models.Q(('phase__in', [1, 2, 3, 6, 0])), name='calendar_time_names_a_scheduled_phase')],
            },
        ),
        migrations.RunSQL(ALWAYS_OPEN, migrations.RunSQL.noop),
        migrations.RunSQL(VACUUMED_EARLY, migrations.RunSQL.noop),
    ]
