"""The folder of a run: what it audits, which parts are done, and whether it is finished.

DIR/.work/run.json             what is audited by what: another run does not go on here
DIR/.work/parts/0000/          the results of one bucket; the folder appears whole
DIR/findings.parquet …         the results
DIR/manifest.json              written last: a folder without it is no finished run
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mingcha import __version__
from mingcha.audit.extent import Extent
from mingcha.audit.outputs import read_json, sha256_of, write_json
from mingcha.domain.errors import InputError, MingchaError
from mingcha.engine.plan import Plan
from mingcha.knowledge.release import Release
from mingcha.store.lake import MANIFEST, Lake

FORMAT = 2
WORK = ".work"
INDEX = "index"  # made of the results, so that they can be read fast (`audit.reading.index`)
# A run may have imported its claims beside its results.
_OF_INTAKE = frozenset({"dataset", "import.json"})
KIND = "audit"


class RunError(MingchaError):
    """A run that could not be carried through; what is done is kept, and the same command goes on."""

    exit_status = 3


@dataclass(frozen=True)
class Identity:
    """What makes two runs the same run: same claims, same knowledge, same code, same selection."""

    dataset: str
    dataset_path: str
    release: int
    knowledge_digest: str
    settings_digest: str
    code: str
    extent: Extent
    rule_sets: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """As it stands in run.json and manifest.json."""
        return {**vars(self), "extent": self.extent.as_json(), "rule_sets": list(self.rule_sets)}

    def same_as(self, recorded: Any) -> list[str]:
        """In what a recorded identity differs from this one, in Chinese; empty if it is the same run."""
        if not isinstance(recorded, dict):
            return ["记录"]
        ours = self.as_json()
        return [label for name, label in _COMPARED.items() if recorded.get(name) != ours[name]]


_COMPARED = {
    "dataset": "数据集",
    "release": "发布版",
    "knowledge_digest": "知识内容",
    "settings_digest": "规则参数",
    "code": "程序版本",
    "extent": "审核范围",
}


def identity_of(lake: Lake, release: Release, plan: Plan, extent: Extent) -> Identity:
    """The identity of an audit of this dataset by this release."""
    versions = sorted({f"{check.slug} {check.rule.version}" for check in plan.variant("").checks})
    rules = hashlib.sha256("\n".join(versions).encode()).hexdigest()[:16]
    return Identity(
        dataset=dataset_digest(lake.path),
        dataset_path=str(lake.path.resolve()),
        release=release.number,
        knowledge_digest=release.knowledge_digest,
        settings_digest=release.settings_digest,
        code=f"{__version__} {rules}",
        extent=extent,
        rule_sets=tuple(one.name for one in release.strategy.sets),
    )


def dataset_digest(path: Path) -> str:
    """SHA-256 over a dataset's manifest (which has the digests of its inputs) and the sizes of its files."""
    sizes = sorted(f"{file.relative_to(path)} {file.stat().st_size}" for file in path.rglob("*.parquet"))
    content = (path / MANIFEST).read_bytes() + "\n".join(sizes).encode()
    return hashlib.sha256(content).hexdigest()


class Run:
    """A run in its folder.

    Args:
        out: the folder that the results are to lie in.
    """

    def __init__(self, out: Path, identity: Identity) -> None:
        self.out = out
        self.identity = identity
        self.work = out / WORK
        self.parts = self.work / "parts"

    def begin(self, *, again: bool = False) -> None:
        """Take up the folder: go on where a killed run of the same identity stopped.

        Args:
            again: throw away what lies there and begin anew.

        Raises:
            InputError: the folder holds something else, or a run of another identity.
        """
        if again and _is_ours(self.out):
            clear(self.out)
        if self.out.exists() and not _is_ours(self.out):
            raise InputError(
                "输出位置已存在，且不是明察的审核结果",
                where=str(self.out),
                remedy="请换一个文件夹，或先清空它",
            )
        recorded = read_json(self.out / MANIFEST) or read_json(self.work / "run.json")
        if recorded is not None:
            self._refuse_another(recorded.get("identity"))
        if self.finished() is not None:
            return
        try:
            self.parts.mkdir(parents=True, exist_ok=True)
            write_json(self.work / "run.json", {"kind": KIND, "identity": self.identity.as_json()})
        except OSError as error:
            raise InputError(
                f"无法写入输出位置：{error.strerror}",
                where=str(self.out),
                remedy="请检查路径、权限和磁盘空间",
            ) from error
        for unfinished in self.parts.glob(".*"):
            shutil.rmtree(unfinished, ignore_errors=True)

    def finished(self) -> dict[str, Any] | None:
        """The manifest, if this very run has been carried through before."""
        return read_json(self.out / MANIFEST)

    def part(self, bucket: int) -> Path:
        """The folder of one bucket's results."""
        return self.parts / f"{bucket:04d}"

    def done(self) -> dict[int, dict[str, Any]]:
        """The counts of every bucket that is done."""
        found = {}
        for folder in sorted(self.parts.iterdir()):
            if folder.name.isdigit():
                found[int(folder.name)] = json.loads((folder / "counts.json").read_text("utf-8"))
        return found

    @contextmanager
    def results(self) -> Iterator[Path]:
        """A folder to write the results into; they are moved to their place when all of them are written."""
        folder = self.work / "results"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        yield folder
        for path in sorted(folder.iterdir()):
            path.replace(self.out / path.name)

    def finish(self, manifest: dict[str, Any]) -> dict[str, Any]:
        """Write the manifest last; the parts are no longer needed."""
        written = sorted(
            path for path in self.out.iterdir() if path.is_file() and path.name not in _OF_INTAKE
        )
        files = {path.name: sha256_of(path) for path in written}
        content = {
            "kind": KIND,
            "format": FORMAT,
            "version": __version__,
            "identity": self.identity.as_json(),
            "files": files,
            **manifest,
        }
        write_json(self.out / MANIFEST, content)
        shutil.rmtree(self.work, ignore_errors=True)
        return content

    def _refuse_another(self, recorded: Any) -> None:
        differs = self.identity.same_as(recorded)
        if differs:
            raise InputError(
                f"这个文件夹里是另一次审核的结果（{'、'.join(differs)}不同）",
                where=str(self.out),
                remedy="请换一个 --out 文件夹；确认旧结果不要了，可加 --again 覆盖",
            )


def _is_ours(out: Path) -> bool:
    """Whether a folder is empty but for imported claims, or holds a run, finished or not."""
    if not out.is_dir():
        return False
    if (out / WORK).is_dir() or not {path.name for path in out.iterdir()} - _OF_INTAKE:
        return True
    manifest = out / MANIFEST
    return manifest.is_file() and (read_json(manifest) or {}).get("kind") == KIND


def clear(out: Path) -> None:
    """Remove the results of a run, its manifest first, so that what is left never looks whole."""
    named = (read_json(out / MANIFEST) or {}).get("files", {})
    (out / MANIFEST).unlink(missing_ok=True)
    for name in named:
        (out / Path(name).name).unlink(missing_ok=True)
    shutil.rmtree(out / INDEX, ignore_errors=True)
    shutil.rmtree(out / WORK, ignore_errors=True)


def finished_run(out: Path) -> dict[str, Any]:
    """The manifest of a finished run.

    Raises:
        InputError: the folder holds none.
    """
    manifest = read_json(out / MANIFEST) if out.is_dir() else None
    if manifest is None or manifest.get("kind") != KIND:
        raise InputError(
            "这个文件夹里没有完整的审核结果", where=str(out), remedy="请先用 mingcha audit 完成一次审核"
        )
    if manifest["format"] == 1:  # audits were of all institutions then
        identity = manifest["identity"]
        identity["extent"] = {**identity.pop("period"), "institutions": []}
    return manifest


def slices_of(manifest: Mapping[str, Any]) -> dict[int, tuple[int, int]]:
    """Where the findings of each bucket stand in findings.parquet: first row and number of rows."""
    slices, offset = {}, 0
    for number, counts in sorted((int(number), counts) for number, counts in manifest["buckets"].items()):
        slices[number] = (offset, int(counts["findings"]))
        offset += int(counts["findings"])
    return slices
