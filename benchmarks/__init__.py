"""What it costs, always as a ratio to a yardstick of the same run, so that the machine hardly matters."""
