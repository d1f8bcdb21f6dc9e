"""A limit a second is one for all server processes together, whichever of them calls come to."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mingcha.gateways.national.rates import Rates

NOON = 1_796_000_000_000
MOST, EACH, PROCESSES = 50, 400, 3
# A process that counts as fast as it can once it is told to, says how many passed, and waits to be killed.
_COUNTING = f"""
import sys
from pathlib import Path
from mingcha.gateways.national.rates import Rates
rates = Rates(Path(sys.argv[1]))
rates.take("other", 1, {NOON})
print("ready", flush=True)
sys.stdin.readline()
print(sum(rates.take("H1", {MOST}, {NOON}) for _ in range({EACH})), flush=True)
sys.stdin.readline()
"""


@contextmanager
def counting(folder: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", _COUNTING, str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


def test_whichever_process_is_asked_no_more_pass_in_a_second_than_agreed(tmp_path: Path) -> None:
    one, two = Rates(tmp_path / "rates"), Rates(tmp_path / "rates")
    asked = [(rates, rates.take("H1", 5, NOON)) for rates in (one, one, two, one, two, two, one)]
    assert [passed for _, passed in asked] == [True] * 5 + [False] * 2
    assert two.take("H2", 5, NOON), "another institution has its own"
    assert two.take("H1", 5, NOON + 1000), "and so has the next second"
    one.close()
    assert two.take("H1", 2, NOON + 1000)
    assert not two.take("H1", 2, NOON + 1000)
    two.close()
    assert list((tmp_path / "rates").iterdir()) == []


def test_processes_that_count_at_one_moment_hold_it_too_and_leave_nothing_when_killed(tmp_path: Path) -> None:
    folder = tmp_path / "rates"
    with counting(folder) as a, counting(folder) as b, counting(folder) as c:
        processes = (a, b, c)
        told = [process.stdout for process in processes if process.stdout]
        assert [out.readline() for out in told] == ["ready\n"] * PROCESSES
        for process in processes:
            assert process.stdin is not None
            process.stdin.write("\n")
            process.stdin.flush()
        passed = [int(out.readline()) for out in told]
    assert MOST - PROCESSES < sum(passed) <= MOST
    left = Rates(folder)
    assert len(list(folder.iterdir())) == 1, "those of killed processes are removed by the next"
    left.close()


def test_where_there_is_no_room_a_process_counts_by_itself(tmp_path: Path) -> None:
    (tmp_path / "rates").write_text("a file, and no folder")
    rates = Rates(tmp_path / "rates")
    assert [rates.take("H1", 2, NOON) for _ in range(3)] == [True, True, False]
    rates.close()
