"""Examples for the OpenAPI document: answers of the portal over the rows of tests/api/rows.py, kept
in examples.json beside this module and held against real answers by tests/api/test_client.py.
"""

import json
from functools import cache
from pathlib import Path


@cache
def _kept():
    return json.loads((Path(__file__).parent / "examples.json").read_text("utf-8"))


def example_of(path):
    """The answer to a GET of this address, or None."""
    return _kept().get(path)
