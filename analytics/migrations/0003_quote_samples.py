"""What books quoted, every few seconds."""

from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [("analytics", "0002_candle_tick_sum")]

    operations = [
        migrations.CreateModel(
            name="QuoteSample",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("instrument_id", models.BigIntegerField()),
                ("sampled_at", models.DateTimeField()),
                ("bid_ticks", models.BigIntegerField(null=True)),
                ("offer_ticks", models.BigIntegerField(null=True)),
                ("bid_depth_lots", models.BigIntegerField()),
                ("offer_depth_lots", models.BigIntegerField()),
            ],
            options={
                "indexes": [models.Index(fields=["sampled_at"], name="quotes_by_age")],
                "constraints": [
                    models.UniqueConstraint(fields=("instrument_id", "sampled_at"), name="quotes_sampled_once"),
                    models.CheckConstraint(
                        condition=Q(bid_ticks=None) | Q(offer_ticks=None) | Q(bid_ticks__lt=F("offer_ticks")),
                        name="quotes_uncrossed",
                    ),
                    models.CheckConstraint(
                        condition=Q(bid_depth_lots__gte=0, offer_depth_lots__gte=0), name="quotes_not_negative"
                    ),
                ],
            },
        ),
    ]
