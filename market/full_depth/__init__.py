"""Full depth: the orders that a book shows, one by one, in the order in which they trade.

Order rows do not know the queue; the core does. So books are kept here as a matcher keeps them, restored and moved on
by the journal, but only to be looked at: nothing in this room writes anything.
"""

from market.full_depth.reading import of

__all__ = ["of"]
