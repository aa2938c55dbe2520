"""The exchange: instruments, accounts, orders, trades, books, the path of an order and the feed."""
