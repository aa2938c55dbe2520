"""The process's connection to Redis, which access has opened, for the rooms of the market."""

from access.redis_connection import client

__all__ = ["client"]
