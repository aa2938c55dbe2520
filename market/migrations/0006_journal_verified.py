"""Seals of batches, and how far journals are verified and exported."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('market', '0005_trading_calendars'),
    ]

    operations = [
        migrations.CreateModel(
            name='JournalCheck',
            fields=[
                ('instrument', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, serialize=False, to='market.instrument')),
                ('command_seq', models.BigIntegerField(default=0)),
                ('rounds', models.BigIntegerField(default=0)),
                ('checked_at', models.DateTimeField(auto_now=True)),
                ('fault', models.CharField(blank=True, max_length=200)),
            ],
        ),
        migrations.CreateModel(
            name='JournalExport',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('instrument_id', models.BigIntegerField()),
                ('day', models.DateField()),
                ('first_command_seq', models.BigIntegerField()),
                ('last_command_seq', models.BigIntegerField()),
                ('first_event_seq', models.BigIntegerField()),
                ('last_event_seq', models.BigIntegerField()),
                ('last_trade_seq', models.BigIntegerField()),
                ('last_book_version', models.BigIntegerField()),
                ('first_digest', models.BinaryField(max_length=32)),
                ('last_digest', models.BinaryField(max_length=32)),
                ('file_name', models.CharField(max_length=200)),
                ('file_sha256', models.BinaryField(max_length=32)),
                ('exported_at', models.DateTimeField(auto_now_add=True)),
            ],
        ),
        migrations.AddField(
            model_name='batch',
            name='seal',
            field=models.BinaryField(max_length=32, null=True),
        ),
        migrations.AddIndex(
            model_name='batch',
            index=models.Index(fields=['instrument_id', 'last_command_seq'], name='batch_by_last_command'),
        ),
        migrations.AddConstraint(
            model_name='journalexport',
            constraint=models.UniqueConstraint(fields=('instrument_id', 'last_command_seq'), name='journal_export_once'),
        ),
    ]
