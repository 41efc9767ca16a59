#!/usr/bin/env python3
"""Compiles every header of the house alone: whoever includes one needs nothing else before it.

usage: headers.py SOURCE_FOLDER BUILD_FOLDER [--jobs N]

The compiler and the flags are those that BUILD_FOLDER/compile_commands.json uses for the same folder.
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


def compile_alone(header, work, flags):
    directory, command = flags.of(header)
    name = re.sub(r"\W", "_", header)
    source = os.path.join(work, name + ".cc")
    text = f'#include "{header}"\n#include "{header}"\n'
    if not os.path.exists(source) or open(source, encoding="utf-8").read() != text:
        with open(source, "w", encoding="utf-8") as file:
            file.write(text)
    result = subprocess.run(command + ["-O0", "-w", "-c", source, "-o", os.path.join(work, name + ".o")], cwd=directory,
                            capture_output=True, text=True)
    return header, result.returncode, result.stderr


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("root")
    parser.add_argument("build")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    a = parser.parse_args()
    root = os.path.abspath(a.root)
    headers = [f for f in house_rules.tracked(root) if f.endswith(".h")]
    flags = CompileFlags(root, a.build)
    work = os.path.join(os.path.abspath(a.build), "headers")
    os.makedirs(work, exist_ok=True)
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(a.jobs) as pool:
        for header, code, errors in pool.map(lambda h: compile_alone(h, work, flags), headers):
            if code != 0:
                failed += 1
                print(f"{header} does not compile alone:\n{errors}")
    print(f"{len(headers)} headers, {failed} do not compile alone")
    sys.exit(1 if failed or not headers else 0)


if __name__ == "__main__":
    main()
