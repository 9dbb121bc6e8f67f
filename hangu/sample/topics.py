"""What the sample's enterprises ask for and are answered: the tables of topics.toml."""

import tomllib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Topic:
    """`category` and `department` are codes; `department` leads the handling."""

    key: str
    kind: str
    title: str
    category: str
    department: str
    text: str
    reply: str


def read_topics():
    """{key: Topic}, in the file's order."""
    tables = tomllib.loads(Path(__file__).with_name("topics.toml").read_text(encoding="utf-8"))
    return {key: Topic(key, **table) for key, table in tables.items()}
