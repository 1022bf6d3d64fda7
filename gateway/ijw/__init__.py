"""The messages of iJw 3.2 as frozen values, and what can be said of them without any machinery."""
