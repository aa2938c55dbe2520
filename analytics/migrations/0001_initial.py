"""The first tables of analytics."""

from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    """Candles and how far they have been built."""

    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="CandleCursor",
            fields=[
                ("instrument_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("trade_id", models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="Candle",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("instrument_id", models.BigIntegerField()),
                ("interval_s", models.IntegerField()),
                ("open_time", models.DateTimeField()),
                ("open_ticks", models.BigIntegerField()),
                ("high_ticks", models.BigIntegerField()),
                ("low_ticks", models.BigIntegerField()),
                ("close_ticks", models.BigIntegerField()),
                ("volume_lots", models.BigIntegerField()),
                ("tick_lots", models.DecimalField(decimal_places=0, max_digits=40)),
                ("trade_count", models.BigIntegerField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("instrument_id", "interval_s", "open_time"), name="candle_once"),
                    models.CheckConstraint(condition=Q(interval_s__in=(1, 60)), name="candle_interval_kept"),
                    models.CheckConstraint(condition=Q(trade_count__gt=0, volume_lots__gt=0), name="candle_of_trades"),
                    models.CheckConstraint(
                        condition=Q(
                            open_ticks__gte=F("low_ticks"),
                            open_ticks__lte=F("high_ticks"),
                            close_ticks__gte=F("low_ticks"),
                            close_ticks__lte=F("high_ticks"),
                        ),
                        name="candle_low_to_high",
                    ),
                ],
            },
        ),
    ]
