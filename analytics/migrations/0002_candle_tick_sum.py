"""Candles learn the sum of their prices. Those that exist lack it, so that all are built anew from the trades."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("analytics", "0001_initial")]

    operations = [
        migrations.RunSQL("TRUNCATE analytics_candle, analytics_candlecursor", migrations.RunSQL.noop),
        migrations.AddField(
            model_name="candle",
            name="tick_sum",
            field=models.DecimalField(decimal_places=0, default=0, max_digits=40),
            preserve_default=False,
        ),
    ]
