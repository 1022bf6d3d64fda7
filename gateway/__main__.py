"""`python -m gateway` is the same program as `ijw-gateway`."""

from gateway.cli import main

main()
