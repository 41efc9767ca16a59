#!/usr/bin/env python3
"""What clang's -Wthread-safety says of the folders with threads: state of a lane is only touched with its mutex held.

usage: thread_safety.py SOURCE_FOLDER BUILD_FOLDER

The flags are those of BUILD_FOLDER/compile_commands.json. Before the house is judged, a class that breaks the rule must be
found broken: the check cannot pass by seeing nothing.
"""
import concurrent.futures
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import house_rules
from compile_flags import CompileFlags

FOLDERS = ("storage/",)
CLANG = shutil.which("clang++")
KEPT = re.compile(r"-(I|D|isystem|std=)")
BROKEN = """#include "storage/thread_annotations.h"
class Lane {
 public:
  int Peek() { return count_; }
 private:
  trawl::storage::Mutex mutex_;
  int count_ GUARDED_BY(mutex_) = 0;
};
"""


def files_and_flags(root, build):
    compiled = CompileFlags(root, build)
    for name in house_rules.tracked(root):
        if name.startswith(FOLDERS) and name.endswith(".cc"):
            words, flags = compiled.of(name)[1], []
            for at, word in enumerate(words):
                if word == "-isystem":
                    flags += words[at:at + 2]
                elif KEPT.match(word):
                    flags.append(word)
            yield os.path.join(root, name), flags


def check(source, flags):
    return subprocess.run([CLANG, "-fsyntax-only", "-Wthread-safety", "-Werror=thread-safety", *flags, source],
                          capture_output=True, text=True)


def main():
    root, build = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    if CLANG is None:
        print("SKIPPED: clang++ is not installed")
        return 0
    files = list(files_and_flags(root, build))
    if not files:
        print(f"no file of {FOLDERS}")
        return 1
    with tempfile.NamedTemporaryFile("w", suffix=".cc") as broken:
        broken.write(BROKEN)
        broken.flush()
        if "-Werror,-Wthread-safety" not in check(broken.name, files[0][1]).stderr:
            print("a class that reads what a mutex guards without holding it was not found broken")
            return 1
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for (source, _), result in zip(files, pool.map(lambda file: check(*file), files)):
            if result.returncode != 0:
                failed += 1
                print(f"{os.path.relpath(source, root)}:\n{result.stderr}")
    print(f"{len(files)} files, {failed} with findings")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
