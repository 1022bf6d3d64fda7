"""What becomes of messages while everything that can be killed is killed: `make chaos`."""
