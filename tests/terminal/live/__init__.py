"""What is known of a market while it is watched."""
