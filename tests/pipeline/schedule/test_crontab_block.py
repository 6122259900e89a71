"""A schedule's lines among those of others."""

from __future__ import annotations

import dataclasses

import pytest

from components.errors import InputError
from pipeline.schedule.crontab_block import crontab_block, with_block
from pipeline.schedule.schedule import Schedule

OTHERS = "# mine\nMAILTO=me\n0 1 * * * backup 100\\%\n# BEGIN fusegate odd-test-2\n# END fusegate odd-test-2\n"


def test_block_is_put_in_replaced_and_taken_out_and_every_other_line_stays(odd: Schedule) -> None:
    block = crontab_block(odd)
    once = with_block(OTHERS, odd.name, block)
    assert once == OTHERS + block
    twice = with_block(once + "5 5 * * * after\n", odd.name, block.replace("* * * * *", "1 1 * * *"))
    assert twice == OTHERS + block.replace("* * * * *", "1 1 * * *") + "5 5 * * * after\n"
    assert with_block(twice, odd.name, "") == OTHERS + "5 5 * * * after\n"


def test_crontab_without_a_last_line_break_keeps_its_last_line(odd: Schedule) -> None:
    assert with_block("0 1 * * * backup", odd.name, "block\n") == "0 1 * * * backup\nblock\n"


@pytest.mark.parametrize(
    "text",
    [
        "# BEGIN fusegate odd-test\n0 1 * * * x\n",
        "# END fusegate odd-test\n# BEGIN fusegate odd-test\n",
        "# BEGIN fusegate odd-test\n# END fusegate odd-test\n" * 2,
    ],
)
def test_marks_that_are_not_one_pair_are_left_to_the_user(text: str) -> None:
    with pytest.raises(InputError, match="Mend it by hand"):
        with_block(text, "odd-test", "")


def test_command_that_is_longer_than_cron_takes_is_refused(odd: Schedule) -> None:
    with pytest.raises(InputError, match="at most 998 bytes"):
        crontab_block(dataclasses.replace(odd, command=(*odd.command, "x" * 1000)))
