"""The disk is full while hospitals send: what cannot be kept is said not to be audited, and nothing torn counts."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from mingcha.store.journal.records import SUFFIX, Heads, journal_folder
from tests.faults.load import under_load
from tests.faults.service import Service, check_all_there, figures, until

pytestmark = pytest.mark.faults


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("不能挂载一个小磁盘（须以 root 运行）")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_while_the_disk_is_full_calls_are_let_through_at_once_and_then_it_goes_on(
    small_disk: Path, tmp_path: Path
) -> None:
    ballast = small_disk / "ballast"
    with Service(small_disk / "home", tmp_path / "log") as service:
        service.install()
        service.start()
        with under_load(service.port, tmp_path / "full") as load:
            until(lambda: load.answered > 40)
            fill(ballast)
            until(lambda: load.so_far()[-1].code == -1)
            known = load.answered
            until(lambda: load.answered > known + 60)
            service.kill_worker()
            until(service.answers)
            fill(ballast)
            known = load.answered
            until(lambda: load.answered > known + 60)
            ballast.unlink()
            until(lambda: load.so_far()[-1].code == 0)
            known = load.answered
            until(lambda: load.answered > known + 60)
        refused = [call for call in load.calls if call.code == -1 and not call.late]
        assert len(refused) > 60
        assert {call.said for call in refused} == {"未审核：日志无法写入。请继续业务，系统会在事后补审"}
        check_all_there(service, load, refused={call.id for call in refused})
        for path in journal_folder(service.home).glob(f"*{SUFFIX}"):
            with closing(Heads(path)) as heads:
                assert list(heads)
                assert heads.offset == path.stat().st_size, "nothing stands there that is not whole"
        figures("before and after", [call for call in load.calls if call.code == 0])
        figures("while full", refused)


def fill(ballast: Path) -> None:
    """Take all that is left."""
    with suppress(OSError), ballast.open("ab", buffering=0) as file:
        while True:
            file.write(bytes(4096))
