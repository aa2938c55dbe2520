"""The websocket door: the market's feed to whoever asks, and trading for whoever signs in."""
