"""The tables and every query on them; frozen values come out, nothing here decides what a message means."""
