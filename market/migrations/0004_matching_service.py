"""What the matching service remembers between two lives: attempts, and the commands that no attempt survives.

An attempt's row is rewritten for each batch of its book: it keeps room beside it, and is vacuumed early.
"""

from django.db import migrations, models

from access.append_only import append_only

KEEP_ATTEMPTS_SMALL = """
ALTER TABLE market_attempt SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0,
                                autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_cost_delay = 0)
"""
KEEP_ATTEMPTS_AS_OTHERS = """
ALTER TABLE market_attempt RESET (fillfactor, autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold,
                                  autovacuum_vacuum_cost_delay)
"""


class Migration(migrations.Migration):

    dependencies = [
        ('market', '0003_order_terms'),
    ]

    operations = [
        migrations.CreateModel(
            name='Attempt',
            fields=[
                ('instrument_id', models.BigIntegerField(primary_key=True, serialize=False)),
                ('inbox_id', models.BigIntegerField()),
                ('count', models.IntegerField()),
                ('worker', models.CharField(max_length=64)),
                ('began_at', models.DateTimeField(auto_now_add=True)),
            ],
        ),
        migrations.AlterField(
            model_name='book',
            name='status',
            field=models.CharField(choices=[('RUNNING', 'Running'), ('STOPPED', 'Stopped'), ('STARTING', 'Starting')], default='RUNNING', max_length=8),
        ),
        migrations.CreateModel(
            name='Quarantine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('instrument_id', models.BigIntegerField()),
                ('command_seq', models.BigIntegerField()),
                ('inbox_id', models.BigIntegerField()),
                ('kind', models.SmallIntegerField()),
                ('order_id', models.BigIntegerField()),
                ('account_id', models.BigIntegerField()),
                ('command', models.BinaryField()),
                ('cause', models.CharField(max_length=200)),
                ('quarantined_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'verbose_name_plural': 'quarantined commands',
                'constraints': [models.UniqueConstraint(fields=('instrument_id', 'command_seq'), name='quarantined_once')],
            },
        ),
        migrations.RunSQL(KEEP_ATTEMPTS_SMALL, KEEP_ATTEMPTS_AS_OTHERS),
        append_only("market_quarantine"),
    ]
