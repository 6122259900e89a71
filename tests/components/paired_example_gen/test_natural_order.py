from __future__ import annotations

import random

from components.paired_example_gen.natural_order import natural_order


def test_numbers_in_names_count_as_numbers() -> None:
    names = ["7", "a", "span-1/v2/b", "span-2", "span-02", "span-2/pairs-9", "span-2/pairs-10", "span-10/v1", "span-x"]
    shuffled = random.Random(1).sample(names, len(names))
    assert sorted(shuffled, key=natural_order) == sorted(names, key=natural_order)
    ordered = sorted(shuffled, key=natural_order)
    assert ordered.index("span-2/pairs-9") < ordered.index("span-2/pairs-10") < ordered.index("span-10/v1")
    assert len({str(natural_order(name)) for name in names}) == len(names)
