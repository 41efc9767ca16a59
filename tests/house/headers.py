#!/usr/bin/env python3
"""Compiles every header of the house alone: whoever includes one needs nothing else before it.

usage: headers.py SOURCE_FOLDER BUILD_FOLDER [--jobs N]

The compiler and the flags are those that BUILD_FOLDER/compile_commands.json uses for the same folder. With ccache, a header
whose includes have not changed costs a few milliseconds.
"""
import argparse
import concurrent.futures
import json
import os
import re
import shlex
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import house_rules

# Off: code generation, sanitizers and debug lines; what a header means does not depend on them.
DROPPED = re.compile(r"-(g.*|O.*|fsanitize.*|fno-sanitize.*|fno-omit.*|c|o|MD|MMD|MT|MF|MQ|W.*)$")
WITH_VALUE = {"-o", "-MT", "-MF", "-MQ", "-include"}  # the last: precompiled headers


def flags_by_folder(build):
    with open(os.path.join(build, "compile_commands.json"), encoding="utf-8") as file:
        commands = json.load(file)
    flags = {}
    for entry in commands:
        words = shlex.split(entry["command"])
        source = entry["file"]
        kept, skip = [], False
        for word in words:
            if skip:
                skip = False
            elif word in WITH_VALUE:
                skip = True
            elif not DROPPED.match(word) and word != source and not word.endswith(".o"):
                kept.append(word)
        flags.setdefault(os.path.dirname(source), (entry["directory"], kept))
    return flags


def flags_for(header, root, flags):
    folder = os.path.dirname(os.path.join(root, header))
    while folder.startswith(root):
        if folder in flags:
            return flags[folder]
        folder = os.path.dirname(folder)
    raise SystemExit(f"no compile command for the folder of {header}")


def compile_alone(header, root, work, flags):
    directory, command = flags_for(header, root, flags)
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
    flags = flags_by_folder(a.build)
    work = os.path.join(os.path.abspath(a.build), "headers")
    os.makedirs(work, exist_ok=True)
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(a.jobs) as pool:
        for header, code, errors in pool.map(lambda h: compile_alone(h, root, work, flags), headers):
            if code != 0:
                failed += 1
                print(f"{header} does not compile alone:\n{errors}")
    print(f"{len(headers)} headers, {failed} do not compile alone")
    sys.exit(1 if failed or not headers else 0)


if __name__ == "__main__":
    main()
