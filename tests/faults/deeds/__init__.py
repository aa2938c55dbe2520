"""What a process of the laboratory can be asked to do, each a function that runs in a child of the warm parent.

A deed gets what JSON can carry and returns the like. ``do`` first points the child at its database and makes the few
limits small that would otherwise need many orders or seconds to be reached.
"""

from tests.faults.deeds import acting, following, matching, people, statements, turns, whole_path, workers
from tests.faults.deeds.registry import do

__all__ = ["acting", "do", "following", "matching", "people", "statements", "turns", "whole_path", "workers"]
