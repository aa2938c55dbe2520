"""Orders with terms, phases and auctions: their tables and columns.

Snapshots written before are of the core's first layout, which is not read any more. They are deleted, and each book is
replayed once from its journal; its digests are as they were.
"""

import django.contrib.postgres.fields
import django.db.models.deletion
import vocabulary.orders
import vocabulary.phases
import vocabulary.rejects
from django.db import migrations, models

from access.append_only import append_only

REPLAY_BOOKS_ONCE = """
DELETE FROM market_booksnapshot;
UPDATE market_book SET snapshot_command_seq = 0, engine_version = 2;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('market', '0002_storage'),
    ]

    operations = [
        migrations.CreateModel(
            name='JournalTerms',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('instrument_id', models.BigIntegerField()),
                ('command_seq', models.BigIntegerField()),
                ('exec_inst', models.BigIntegerField()),
                ('self_trade_prevention', models.BigIntegerField()),
                ('peg_price_type', models.BigIntegerField()),
                ('peg_offset_type', models.BigIntegerField()),
                ('peg_offset', models.BigIntegerField()),
                ('stop_px_ticks', models.BigIntegerField()),
                ('display_qty_lots', models.BigIntegerField()),
                ('min_qty_lots', models.BigIntegerField()),
                ('expire_time_ns', models.BigIntegerField()),
                ('linked_order_id', models.BigIntegerField()),
                ('contingency_type', models.BigIntegerField()),
                ('phase', models.BigIntegerField()),
                ('allocation', models.BigIntegerField()),
                ('static_band_bps', models.BigIntegerField()),
                ('dynamic_band_bps', models.BigIntegerField()),
            ],
            options={
                'verbose_name_plural': 'journal terms',
            },
        ),
        migrations.CreateModel(
            name='OrderTerms',
            fields=[
                ('order', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='terms', serialize=False, to='market.order')),
                ('exec_inst', models.BigIntegerField(default=0)),
                ('self_trade_prevention', models.BigIntegerField(choices=[(0, 'NONE'), (1, 'CANCEL_AGGRESSIVE'), (2, 'CANCEL_PASSIVE'), (3, 'CANCEL_BOTH'), (100, 'DECREMENT_AND_CANCEL')], default=vocabulary.orders.SelfTradePrevention['NONE'])),
                ('peg_price_type', models.BigIntegerField(choices=[(0, 'NONE'), (2, 'MID'), (4, 'MARKET'), (5, 'PRIMARY'), (8, 'TRAILING_STOP')], default=vocabulary.orders.PegPriceType['NONE'])),
                ('peg_offset_type', models.BigIntegerField(choices=[(0, 'TICKS'), (1, 'BASIS_POINTS')], default=vocabulary.orders.PegOffsetType['TICKS'])),
                ('peg_offset', models.BigIntegerField(default=0)),
                ('stop_px_ticks', models.BigIntegerField(default=0)),
                ('display_qty_lots', models.BigIntegerField(default=0)),
                ('min_qty_lots', models.BigIntegerField(default=0)),
                ('expire_time_ns', models.BigIntegerField(default=0)),
                ('linked_order_id', models.BigIntegerField(default=0)),
                ('contingency_type', models.BigIntegerField(choices=[(0, 'NONE'), (1, 'ONE_CANCELS_THE_OTHER'), (2, 'ONE_TRIGGERS_THE_OTHER')], default=vocabulary.orders.ContingencyType['NONE'])),
                ('limit_price_ticks', models.BigIntegerField(null=True)),
                ('protection_px_ticks', models.BigIntegerField(null=True)),
            ],
            options={
                'verbose_name_plural': 'order terms',
            },
        ),
        migrations.AddField(
            model_name='book',
            name='auction_ends_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='book',
            name='imbalance_lots',
            field=models.BigIntegerField(db_default=0),
        ),
        migrations.AddField(
            model_name='book',
            name='indicative_px_ticks',
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='book',
            name='indicative_qty_lots',
            field=models.BigIntegerField(db_default=0),
        ),
        migrations.AddField(
            model_name='book',
            name='reference_ticks',
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='book',
            name='resumes_plainly',
            field=models.BooleanField(db_default=True),
        ),
        migrations.AddField(
            model_name='inboxcommand',
            name='reason',
            field=models.CharField(blank=True, db_default='', max_length=200),
        ),
        migrations.AddField(
            model_name='inboxcommand',
            name='terms',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), null=True, size=None),
        ),
        migrations.AddField(
            model_name='instrument',
            name='allocation',
            field=models.SmallIntegerField(choices=[(0, 'PRICE_TIME'), (1, 'PRO_RATA')], db_default=vocabulary.phases.AllocationRule['PRICE_TIME']),
        ),
        migrations.AddField(
            model_name='instrument',
            name='dynamic_band_bps',
            field=models.IntegerField(db_default=0),
        ),
        migrations.AddField(
            model_name='instrument',
            name='static_band_bps',
            field=models.IntegerField(db_default=0),
        ),
        migrations.AddField(
            model_name='instrument',
            name='volatility_auction_s',
            field=models.IntegerField(db_default=30),
        ),
        migrations.AddField(
            model_name='journalevent',
            name='hidden_qty_lots',
            field=models.BigIntegerField(db_default=0),
        ),
        migrations.AddField(
            model_name='order',
            name='contingency_type',
            field=models.SmallIntegerField(choices=[(0, 'NONE'), (1, 'ONE_CANCELS_THE_OTHER'), (2, 'ONE_TRIGGERS_THE_OTHER')], db_default=vocabulary.orders.ContingencyType['NONE']),
        ),
        migrations.AddField(
            model_name='order',
            name='hidden_qty_lots',
            field=models.BigIntegerField(db_default=0),
        ),
        migrations.AlterField(
            model_name='book',
            name='phase',
            field=models.SmallIntegerField(choices=[(0, 'CLOSED'), (1, 'PRE_OPEN'), (2, 'OPENING_AUCTION'), (3, 'CONTINUOUS'), (4, 'VOLATILITY_AUCTION'), (5, 'HALTED'), (6, 'CLOSING_AUCTION')], default=vocabulary.phases.TradingPhase['CONTINUOUS']),
        ),
        migrations.AlterField(
            model_name='order',
            name='ord_type',
            field=models.SmallIntegerField(choices=[(1, 'MARKET'), (2, 'LIMIT'), (3, 'STOP'), (4, 'STOP_LIMIT'), (25, 'PEGGED')]),
        ),
        migrations.AlterField(
            model_name='order',
            name='reject_reason',
            field=models.SmallIntegerField(choices=[(-1, 'NONE'), (1, 'UNKNOWN_SYMBOL'), (2, 'EXCHANGE_CLOSED'), (3, 'ORDER_EXCEEDS_LIMIT'), (5, 'UNKNOWN_ORDER'), (6, 'DUPLICATE_ORDER'), (13, 'INCORRECT_QUANTITY'), (15, 'UNKNOWN_ACCOUNT'), (16, 'PRICE_EXCEEDS_BAND'), (18, 'INVALID_PRICE_INCREMENT'), (100, 'INSTRUMENT_HALTED'), (101, 'INSUFFICIENT_BUYING_POWER'), (102, 'INSUFFICIENT_POSITION'), (103, 'CL_ORD_ID_REUSED'), (104, 'TOO_LATE_TO_CANCEL'), (105, 'PRICE_OUT_OF_RANGE'), (106, 'NO_LIQUIDITY'), (107, 'NOT_FILLABLE'), (108, 'NOT_REPLACEABLE'), (109, 'MATCHER_FAILURE'), (110, 'INVALID_COMMAND'), (111, 'CURRENCY_MISMATCH'), (112, 'TOO_MANY_OPEN_ORDERS'), (113, 'NOT_IN_THIS_PHASE'), (114, 'WOULD_TRADE'), (115, 'SELF_TRADE'), (116, 'LINKED_ORDER'), (117, 'UNKNOWN_LINK'), (118, 'INVALID_TERMS'), (119, 'MIN_QTY_NOT_MET'), (120, 'MASS_CANCEL'), (121, 'CANCELED_ON_HALT'), (122, 'CANCELED_ON_DISCONNECT'), (123, 'AUCTION_OVER'), (124, 'NO_REFERENCE_PRICE'), (125, 'VOLATILITY_INTERRUPTION')], default=vocabulary.rejects.RejectReason['NONE']),
        ),
        migrations.AlterField(
            model_name='order',
            name='time_in_force',
            field=models.SmallIntegerField(choices=[(0, 'DAY'), (1, 'GTC'), (2, 'AT_THE_OPEN'), (3, 'IOC'), (4, 'FOK'), (6, 'GTD'), (7, 'AT_THE_CLOSE')]),
        ),
        migrations.AlterField(
            model_name='trade',
            name='aggressor_side',
            field=models.BigIntegerField(choices=[(0, 'none'), (1, 'BUY'), (2, 'SELL')]),
        ),
        migrations.AddIndex(
            model_name='order',
            index=models.Index(condition=models.Q(('contingency_type__gt', 0), ('is_open', True)), fields=['account', 'instrument'], name='order_linked_of_account'),
        ),
        migrations.AddConstraint(
            model_name='journalterms',
            constraint=models.UniqueConstraint(fields=('instrument_id', 'command_seq'), name='journal_terms_once'),
        ),
        migrations.AddIndex(
            model_name='order',
            index=models.Index(condition=models.Q(('is_open', True), ('time_in_force', 6)), fields=['instrument'], name='order_open_till_a_date'),
        ),
        append_only("market_journalterms"),
        migrations.RunSQL(REPLAY_BOOKS_ONCE, migrations.RunSQL.noop),
    ]
