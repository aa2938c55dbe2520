"""The protocol of the gRPC door in Python, generated from proto/ by script/proto; nobody edits it."""
