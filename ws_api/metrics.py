"""The websocket door's counters. Every process keeps its own; ``/metrics`` sums them."""

from prometheus_client import Counter, Gauge

CONNECTIONS = Gauge("marketops_ws_connections", "Open websockets.", multiprocess_mode="livesum")
MESSAGES_OUT = Counter("marketops_ws_messages_out_total", "Messages sent to websockets.")
MESSAGES_IN = Counter("marketops_ws_messages_in_total", "Messages received from websockets.")
ERRORS = Counter("marketops_ws_errors_total", "Error messages sent to websockets, by code.", ["code"])
REFUSED_ORIGINS = Counter("marketops_ws_refused_origins_total", "Handshakes refused for their Origin.")
