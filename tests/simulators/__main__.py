"""Run one simulator until the other end of its standard input is closed."""

import argparse
import json
import sys

from . import KINDS


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("--hook", default="", help="address that it calls")
    parser.add_argument("--port", type=int, default=0)
    options = parser.parse_args()
    with KINDS[options.kind](options.hook, options.port) as simulator:
        print(json.dumps({"url": simulator.url}), flush=True)
        sys.stdin.read()


main()
