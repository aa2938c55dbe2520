"""What a written option requires of a MARGIN account, beside its value: one rule, as SQL.

It is the rule of the American exchanges for a short option on a share that nothing covers (FINRA Rule 4210(f)(2)(E),
which Cboe's margin manual explains): the option's premium and 20 % of the underlying's value less what the option is
out of the money, but no less than the premium and 10 %: of the underlying's value for a call, of the strike price for a
put. With U the underlying's mark, K the strike price and M the multiplier, a lot so requires

    M * max(20 % of U - out of the money, 10 % of U or K)        out of the money = K - U for a call, U - K for a put

beside the premium at its mark; that is out of the account's equity already, where a written option counts below zero.
"""

from market.marks import MARK_TICKS
from vocabulary.options import PutOrCall

PART_OF_UNDERLYING = "0.20"
PART_AT_LEAST = "0.10"
CALL = PutOrCall.CALL.value

OF_OPTIONS = f"""
LEFT JOIN market_optioncontract oc ON oc.instrument_id = i.id
LEFT JOIN market_instrument ui ON ui.id = oc.underlying_id
LEFT JOIN market_book ub ON ub.instrument_id = oc.underlying_id
LEFT JOIN LATERAL (SELECT ({MARK_TICKS.replace("b.", "ub.").replace("i.", "ui.")}) * ui.tick_size AS mark_px) um ON true
"""
"""What WRITTEN_LOT_MARGIN reads, joined to a statement that reads ``market_instrument`` as i."""

WRITTEN_LOT_MARGIN = f"""
CASE WHEN oc.instrument_id IS NOT NULL
     THEN i.lot_size * greatest(
          {PART_OF_UNDERLYING} * um.mark_px
          - greatest(0, CASE oc.put_or_call WHEN {CALL} THEN oc.strike_price - um.mark_px
                                            ELSE um.mark_px - oc.strike_price END),
          {PART_AT_LEAST} * CASE oc.put_or_call WHEN {CALL} THEN um.mark_px ELSE oc.strike_price END) END
"""
"""What one written lot requires; NULL for an instrument that is no option."""
