"""NDJSON for the fuzz: lines that are no object, values of other kinds, objects over many lines."""

import random
from collections.abc import Callable

LINES = (
    "[1, 2]",
    "[",
    "null",
    "1",
    '"x"',
    "{}",
    "{,}",
    "NaN",
    "[" * 3_000,
    '{"a":' * 2_000 + "1" + "}" * 2_000,
    "{'a': 1}",
    '{"lookup_id": 1',
    '{"\\ud800": "\\udfff"}',
    "true",
    "{}{}",
    "{} {}",
    "// x",
    '{"user_id": "\\u0000"}',
    "\x1f",
    "{\x00}",
)
VALUES = (
    "{}",
    "[]",
    '{"a": [1]}',
    "1e400",
    "123456789012345678901234567890",
    "NaN",
    "Infinity",
    "-Infinity",
    "true",
    "null",
    '"\\ud800"',
    '"\\udc00\\ud800"',
    '"\\u0000"',
    '"\\x"',
    '"\\u001f\\u001e\\n"',
    "-0",
    "1.0",
    "01",
    "'x'",
    '"' + "x" * 30_000 + '"',
)


def _odd_lines(chance: random.Random, text: str) -> str:
    lines = text.split("\n")
    for _ in range(chance.randint(1, 4)):
        lines.insert(chance.randint(0, len(lines)), chance.choice(LINES))
    return "\n".join(lines)


def _odd_values(chance: random.Random, text: str) -> str:
    lines = text.split("\n")
    for _ in range(chance.randint(1, 8)):
        at = chance.randrange(len(lines))
        before, colon, after = lines[at].partition(chance.choice((": ", '_id": ', '_at": ')))
        if colon:
            lines[at] = before + colon + chance.choice(VALUES) + after[after.find(",") :]
    return "\n".join(lines)


def _key_twice(chance: random.Random, text: str) -> str:
    return text.replace("{", '{"user_id": "other", "user_id": "again", ', chance.randint(1, 5))


def _array(chance: random.Random, text: str) -> str:
    return "[" + text.strip().replace("\n", chance.choice((",\n", ","))) + "]"


def _pretty(_: random.Random, text: str) -> str:
    return text.replace(", ", ",\n  ")


JSON: dict[str, Callable[[random.Random, str], str]] = {
    "json: odd lines": _odd_lines,
    "json: odd values": _odd_values,
    "json: a key twice": _key_twice,
    "json: an array": _array,
    "json: over many lines": _pretty,
}
