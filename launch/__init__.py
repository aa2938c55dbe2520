"""Brings up the embedded servers and the processes of MarketOps and watches them; never imports Django."""
