"""The rules of the standard: each a small function that says which elements of a message break it."""
