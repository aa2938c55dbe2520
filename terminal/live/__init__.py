"""A market kept in step with its streams: what is known of it, and how the connection stands. No screen, no gRPC."""
