"""The ways outside: each sends one thing and says what became of it."""
