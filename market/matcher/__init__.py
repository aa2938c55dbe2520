"""The matching service: it drains a book's inbox through the core and settles the outcome in one transaction.

Nothing here is called by a door. The Redis lease saves work; the book row's lock and version make it safe.
"""
