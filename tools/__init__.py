"""Programs for whoever works on the gateway; they are no part of it."""
