#!/usr/bin/env python3
"""Compiles every file of the programs, and every header of the house, alone: whoever includes a header needs nothing else
before it, and no file lives on what the build happens to compile in front of it.

usage: compiles_alone.py SOURCE_FOLDER BUILD_FOLDER [--jobs N]

The compiler and the flags are those that BUILD_FOLDER/compile_commands.json uses for the same folder. A file includes its own
header first (house_rules.py), so that it is compiled for both. Files of storage/ are left to thread_safety.py, which compiles
each of them too.
"""
import argparse
import concurrent.futures
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import house_rules
from compile_flags import CompileFlags

PROGRAMS = ("config/", "parser/", "storage/", "crawler/")


def compile_alone(path, root, work, flags):
    directory, command = flags.of(path)
    source = os.path.join(root, path)
    if path.endswith(".h"):
        source = os.path.join(work, re.sub(r"\W", "_", path) + ".cc")
        with open(source, "w", encoding="utf-8") as file:
            file.write(f'#include "{path}"\n#include "{path}"\n')
    result = subprocess.run(command + ["-w", "-fsyntax-only", source], cwd=directory, capture_output=True, text=True)
    return path, result.returncode, result.stderr


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("root")
    parser.add_argument("build")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    a = parser.parse_args()
    root = os.path.abspath(a.root)
    tracked = house_rules.tracked(root)
    sources = {f for f in tracked if f.endswith(".cc") and f.startswith(PROGRAMS)}
    headers = [f for f in tracked if f.endswith(".h") and f[:-2] + ".cc" not in sources]
    files = sorted(f for f in sources if not f.startswith("storage/")) + headers
    flags = CompileFlags(root, a.build)
    work = os.path.join(os.path.abspath(a.build), "headers")
    os.makedirs(work, exist_ok=True)
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(a.jobs) as pool:
        for path, code, errors in pool.map(lambda f: compile_alone(f, root, work, flags), files):
            if code != 0:
                failed += 1
                print(f"{path} does not compile alone:\n{errors}")
    print(f"{len(files)} files, {failed} do not compile alone")
    sys.exit(1 if failed or not files else 0)


if __name__ == "__main__":
    main()
