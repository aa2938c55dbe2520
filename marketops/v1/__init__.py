"""Version 1 of the protocol, generated from proto/marketops/v1/ by script/proto."""
