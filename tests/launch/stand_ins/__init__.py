"""Programs that stand in for the real ones; they are copied beside a copy of the launcher."""
