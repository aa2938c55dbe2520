"""The SSH door, met with a real OpenSSH client."""
