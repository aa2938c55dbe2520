"""The websocket door: the market's feed, to whoever asks."""
