"""The running exchange, hurt while orders flow."""
