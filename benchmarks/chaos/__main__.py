"""`make chaos`: the ordeal for minutes, and what became of it on the screen."""

from __future__ import annotations

import argparse
import random
import sys

from benchmarks.chaos.ordeal import Ordeal, Order, ordeal


def _order() -> Order:
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    parser.add_argument("--seconds", type=float, default=240, help="how long to strike (default: four minutes)")
    parser.add_argument("--seed", type=int, default=None, help="the seed of chance, as an earlier run printed it")
    parser.add_argument("--pause", type=float, default=0.02, help="seconds that a provider waits after each post")
    asked = parser.parse_args()
    seed = random.SystemRandom().randrange(10**6) if asked.seed is None else asked.seed
    return Order(asked.seconds, seed, asked.pause)


def _tell(became: Ordeal) -> None:
    seen = became.seen
    for title, counted in (("struck", became.struck), ("answers", seen.answers)):
        print(f"{title}: " + ", ".join(f"{times}x {name}" for name, times in sorted(counted.items())))
    print(f"accepted {len(seen.accepted)}, taken over {len(seen.acknowledged)}, leases lost to another {seen.lost}")
    print("stored: " + ", ".join(f"{count} {name}" for name, count in became.stored.items()))
    print(became.audit)
    for flaw in became.wrong:
        print(f"✗ {flaw}")


def main() -> int:
    """Run it; gives 1 when anything is not as it should be."""
    order = _order()
    print(f"seed {order.seed}, {order.seconds:.0f} seconds", flush=True)
    became = ordeal(order)
    _tell(became)
    print("✗ not all is well" if became.wrong else "✓ every accepted message is there once, and was delivered once")
    return 1 if became.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
