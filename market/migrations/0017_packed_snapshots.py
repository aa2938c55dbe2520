"""Snapshots are packed before they are kept, so that PostgreSQL need not try."""

import market.models.packed
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('market', '0016_options'),
    ]

    operations = [
        migrations.AlterField(
            model_name='booksnapshot',
            name='state',
            field=market.models.packed.PackedField(),
        ),
        migrations.RunSQL(
            "ALTER TABLE market_booksnapshot ALTER COLUMN state SET STORAGE EXTERNAL",
            "ALTER TABLE market_booksnapshot ALTER COLUMN state SET STORAGE EXTENDED",
        ),
    ]
