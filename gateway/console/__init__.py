"""The console: pages for the people who watch, repair and account for the exchange."""
