"""Tools for who works on the project; they are no part of the gateway."""
