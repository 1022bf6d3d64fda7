"""What the gateway does, one verb a module; each owns its transaction."""
