#!/bin/sh
# Says what this machine has and lacks. `--quiet` prints only what is missing and needed.
# In plain shell: it runs before anything is installed or built.
quiet=$1
missing=0

has() { # <what> <version or nothing> <how to get it> <needed|for ...>
    if [ -n "$2" ]; then
        [ "$quiet" = --quiet ] || printf '  ok       %-12s %s\n' "$1" "$2"
    elif [ "$4" = needed ]; then
        missing=1
        printf '  missing  %-12s %s\n' "$1" "$3"
    else
        [ "$quiet" = --quiet ] || printf '  absent   %-12s %s (only %s)\n' "$1" "$3" "$4"
    fi
}

# The version of a tool, or nothing when it is absent or too old: at_least <version> <found>.
at_least() {
    [ -n "$2" ] && [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ] && echo "$2"
}

rust=$(cargo --version 2>/dev/null | cut -d ' ' -f 2)
has Rust "$(at_least 1.95 "$rust")" "1.95 or later${rust:+ (found $rust)}: https://rustup.rs" needed

python=$(python3 -c 'import platform; print(platform.python_version())' 2>/dev/null)
has Python "$(at_least 3.11 "$python")" "3.11 or later${python:+ (found $python)}: Debian package python3" needed
venv=$(python3 -c 'import ensurepip, venv; print("there")' 2>/dev/null)
has venv "$venv" "Python's venv with pip: Debian package python3-venv" needed

compiler=$(cc -dumpversion 2>/dev/null)
has "C compiler" "$compiler" "for aws-lc and SQLite: Debian package build-essential" needed
headers=$(printf '#include <stdlib.h>\n' | cc -E - >/dev/null 2>&1 && echo there)
has "C headers" "$headers" "Debian package libc6-dev" needed
has make "$(make --version 2>/dev/null | sed -n '1s/.* //p')" "Debian package make" needed

has nextest "$(cargo nextest --version 2>/dev/null | sed -n '1s/cargo-nextest \([^ ]*\).*/\1/p')" \
    "cargo install cargo-nextest; cargo test stands in" "for faster tests"
has valgrind "$(valgrind --version 2>/dev/null)" "Debian package valgrind" "for make bench"
has strace "$(strace -V 2>/dev/null | sed -n '1s/.* //p')" "Debian package strace" "for make bench"

if [ "$missing" = 1 ]; then
    [ "$quiet" = --quiet ] || echo "Something that is needed is missing; the lines above say how to get it."
    exit 1
fi
[ "$quiet" = --quiet ] || echo "All that is needed is here."
