"""How the exchange works: who sends what to whom, what answers what, and what is refused. Pure."""
