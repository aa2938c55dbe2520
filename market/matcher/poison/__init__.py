"""Commands that a matcher does not survive: noticed by their attempts, tried in a child, and kept from the book.

A process may die for any reason, and the command at hand is then as innocent as the rest. So nothing is held against
a command but that a process which does nothing else dies of it, twice.
"""
