"""What accounts hold back, as running sums instead of a look at every open order."""

import django.db.models.deletion
import market.models.money
from django.db import migrations, models

OF_OPEN_ORDERS = """
INSERT INTO market_reservation (account_id, instrument_id, by_matcher, amount, sell_lots, order_count)
SELECT account_id, instrument_id, false, sum(reserved_amount),
       COALESCE(sum(leaves_qty_lots) FILTER (WHERE side = 2 AND contingency_type = 0), 0), count(*)
  FROM market_order WHERE is_open GROUP BY account_id, instrument_id
"""
# As for positions: each order that is placed or traded writes these rows again.
STORAGE = """
ALTER TABLE market_reservation SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0,
                                    autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_cost_delay = 0)
"""
GUARD = """
CREATE TRIGGER by_its_writer BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON market_reservation FOR EACH STATEMENT
  WHEN (COALESCE(current_setting('marketops.writer', true), '') NOT IN ('intake', 'matcher'))
  EXECUTE FUNCTION refuse_stranger('intake or matcher')
"""


class Migration(migrations.Migration):

    dependencies = [
        ('market', '0014_corporate_actions'),
    ]

    operations = [
        migrations.CreateModel(
            name='Reservation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('by_matcher', models.BooleanField()),
                ('amount', market.models.money.MoneyField(decimal_places=8, default=0, max_digits=40)),
                ('sell_lots', models.DecimalField(decimal_places=0, default=0, max_digits=40)),
                ('order_count', models.BigIntegerField(default=0)),
                ('account', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, to='market.account')),
                ('instrument', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, to='market.instrument')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('account', 'instrument', 'by_matcher'), name='reservation_once')],
            },
        ),
        migrations.RunSQL(OF_OPEN_ORDERS, migrations.RunSQL.noop),
        migrations.RunSQL(STORAGE, migrations.RunSQL.noop),
        migrations.RunSQL(GUARD, migrations.RunSQL.noop),
    ]
