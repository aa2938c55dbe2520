"""The Python client, against the exchange as it really runs."""
