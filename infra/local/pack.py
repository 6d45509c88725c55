"""Zips the binaries that changed, a few at a time, and prints `{function: sha256 of its binary}`.

`cargo lambda build --output-format zip` compresses every binary, one after the other, at each build. This one leaves
alone what it has zipped before, strips the symbols (half of a dev binary) and compresses lightly: the zips never
leave this machine.

Usage: pack.py <folder of binaries> <folder of zips> <function>...
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

STRIP = shutil.which("strip")


def digest(binary: Path, known: dict) -> dict:
    """The binary's digest, read anew only when its size or time differ from what is known."""
    found = binary.stat()
    if known.get("size") == found.st_size and known.get("changed") == found.st_mtime_ns:
        return known
    content = hashlib.sha256(binary.read_bytes()).hexdigest()
    return {"size": found.st_size, "changed": found.st_mtime_ns, "digest": content}


def stripped(binary: Path, scratch: Path) -> bytes:
    """The binary without its symbols, where the tool for it is there."""
    if STRIP and subprocess.run([STRIP, "-o", scratch, binary], capture_output=True).returncode == 0:
        content = scratch.read_bytes()
        scratch.unlink()
        return content
    return binary.read_bytes()


def pack(binaries: Path, zips: Path, function: str, known: dict) -> tuple[str, dict]:
    """Zips one binary unless the zip of these very bytes is there."""
    binary = binaries / function / "bootstrap"
    entry = digest(binary, known)
    target = zips / f"{function}.{entry['digest'][:16]}.zip"
    if not target.exists():
        for old in zips.glob(f"{function}.????????????????.zip"):
            old.unlink()
        inside = zipfile.ZipInfo("bootstrap", date_time=(1980, 1, 1, 0, 0, 0))
        inside.external_attr = 0o755 << 16
        inside.compress_type = zipfile.ZIP_DEFLATED
        content = stripped(binary, zips / f"{function}.stripped")
        # Written beside and renamed: a zip that is there is whole.
        partial = zips / f"{function}.partial"
        with zipfile.ZipFile(partial, "w") as archive:
            archive.writestr(inside, content, compresslevel=1)
        partial.replace(target)
    return function, entry


def main() -> None:
    """Packs every function named on the command line."""
    binaries, zips, functions = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:]
    zips.mkdir(parents=True, exist_ok=True)
    index = zips / "index.json"
    known = json.loads(index.read_text()) if index.exists() else {}
    # zlib and hashlib let go of the interpreter's lock, so threads are enough.
    with ThreadPoolExecutor(os.cpu_count()) as workers:
        entries = dict(
            workers.map(lambda name: pack(binaries, zips, name, known.get(name, {})), functions)
        )
    index.write_text(json.dumps(entries))
    print(json.dumps({name: entry["digest"] for name, entry in entries.items()}))


if __name__ == "__main__":
    main()
