#!/usr/bin/env python3
"""Holds the tree against the rules of the house: what may include what, and how files look.

usage: house_rules.py SOURCE_FOLDER              every rule that reads the text
       house_rules.py SOURCE_FOLDER --lengths    the longest files, for information

Prints one line for each breach, `file:line: what is wrong`, and ends with 1 when there is any. A new library is a row in
DOORS, with the one file or small folder that may include it.
"""
import argparse
import os
import re
import subprocess
import sys

TOP_LEVEL = {"config", "parser", "storage", "crawler", "tests", "CMakeLists.txt", "CMakePresets.json", "README.md", "LICENSE"}

# Folder -> folders of the house whose headers it may include, besides its own.
ARROWS = {
    "config": set(),
    "parser": {"config"},
    "storage": {"config"},
    "crawler": {"config", "parser", "storage"},
    "tests": {"config", "parser", "storage", "crawler"},
}

# Include of a library (regular expression, from its start) -> where it may stand (regular expressions of paths).
# The first row that matches decides. Tests may open a library of their own to check ours against it.
DOORS = [
    (r"boost/system/", [r"config/result\.h", r"(parser|storage|crawler)/.*"]),  # the vocabulary of errors
    (r"boost/json/", [r"crawler/cli/json\.(h|cc)"]),
    (r"boost/asio/ssl|openssl/", [r"crawler/fetch/tls\.(h|cc)", r"crawler/asio_impl\.cc", r"crawler/cli/debug_fetch\.cc",
                                        r"storage/warc/digest\.cc", r"tests/support/.*"]),
    (r"boost/asio/|boost/asio\.hpp", [r"crawler/.*", r"tests/(crawler|bench)/.*"]),  # the event loop is crawler's model
    (r"boost/beast/", [r"crawler/beast_impl\.cc", r"crawler/fetch/http1[a-z_]*\.(h|cc)", r"crawler/control/http_server\.cc"]),
    (r"boost/", []),
    (r"ares", [r"crawler/fetch/dns(_sockets)?\.(h|cc)"]),
    (r"brotli/", [r"crawler/fetch/coding_brotli\.cc", r"tests/support/.*"]),
    (r"zlib\.h", [r"crawler/fetch/coding_zlib\.cc", r"storage/warc/gzip\.cc", r"tests/support/.*"]),
    (r"zstd", [r"crawler/fetch/coding_zstd\.cc", r"tests/support/.*"]),
    (r"libpsl\.h", [r"crawler/public_suffix\.cc"]),
    (r"re2/", [r"crawler/scope\.cc", r"parser/expression\.cc"]),
    (r"CLI/", [r"crawler/cli/command_line\.cc"]),
    (r"toml\+\+/", [r"config/toml_reader\.cc"]),
    (r"gumbo\.h", [r"parser/html[a-z_]*\.(h|cc)", r"tests/bench/.*"]),
    (r"libxml/", [r"parser/xpath\.cc", r"tests/bench/.*"]),
    (r"[a-z]+intrin\.h", [r"parser/byte_search\.h"]),
    (r"unicode/ucal", [r"crawler/time_zone\.cc"]),
    (r"unicode/", [r"parser/(idna|charset[a-z_]*)\.(h|cc)"]),
    (r"cld2/", [r"parser/language_guess\.(h|cc)"]),
    (r"uchardet/", [r"parser/charset[a-z_]*\.(h|cc)"]),
    (r"expat\.h", [r"parser/xml[a-z_]*\.(h|cc)"]),
    (r"seccomp\.h", [r"parser/sandbox[a-z_]*\.(h|cc)"]),
    (r"xxhash\.h", [r"parser/fingerprint\.(h|cc)", r"parser/content_hash\.(h|cc)"]),
    (r"sqlite3\.h", [r"storage/sqlite/.*", r"tests/storage/.*", r"tests/support/((shim|faulty)_vfs|allocation_faults)\.cc"]),
    (r"systemd/", [r"crawler/notify\.(h|cc)"]),
    (r"catch2/", [r"tests/support/catch(\.h|_main\.cc)"]),
]

# Of the C library and the kernel: no door.
SYSTEM = re.compile(
    r"(sys|netinet|arpa|linux|net|asm)/|"
    r"(unistd|fcntl|signal|stdlib|stdio|string|strings|errno|time|locale|wchar|poll|dirent|ifaddrs|netdb|pthread|sched|spawn|"
    r"syscall|termios|getopt|glob|grp|pwd|dlfcn|ucontext|execinfo|malloc|math|limits|sysexits|fnmatch|inttypes|stdint)\.h$")

# Split, so that this file keeps its own rule.
TEST_NAME_CUT = re.compile(r'\s*(TEST_CASE\(\s*)?"[^"]*;[^"]*"(, "\[[^"]*)?\) \{$|TEST_CASE\("[^"]*;')
UNFINISHED = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK", "not " + "implemented",
                                           "place" + "holder", "dum" + "my", "st" + "ub"]) + r")\b", re.I)
VAGUE_NAME = re.compile(r"\b(class|struct|enum class)\s+(\w*(Manager|Helper|Utils?))\b")
VAGUE_PATH = re.compile(r"(^|/)(common|utils?|helpers?|misc)(/|\.|_|$)")
MACHINE_PATH = re.compile(r"(?<![\w.])/(?:" + "|".join(["wo" + "rk", "fa" + "rm", "ho" + "me", "ro" + "ot"]) + r")/\w")
INCLUDE = re.compile(r'\s*#\s*include\s*([<"])([^>"]+)[>"]')
TYPE = re.compile(r"(?:class|struct|union|enum(?: class)?)\s+([\w:<>]+)(?: final)?\s*(?:: [^;]*)?(?:\{.*)?$")
NAMESPACE = re.compile(r"namespace\s*([\w:]*)\s*\{")
CODE = (".h", ".cc")
TEXT = CODE + (".py", ".sh", ".cmake", ".toml", ".service", ".md", ".txt", ".sql", ".json")
LONG = 400


def tracked(root):
    listed = subprocess.run(["git", "-C", root, "ls-files", "-co", "--exclude-standard", "-z"], capture_output=True)
    if listed.returncode == 0:
        return sorted(f for f in listed.stdout.decode().split("\0") if f and os.path.isfile(os.path.join(root, f)))
    found = []  # a source archive, without git
    for folder, folders, files in os.walk(root):
        folders[:] = [f for f in folders if f not in ("build", "__pycache__") and not f.startswith(".")]
        found += [os.path.relpath(os.path.join(folder, f), root) for f in files]
    return sorted(found)


def is_code(path):
    return path.endswith(CODE)


def is_foreign(path):
    """Data that tests read: not ours to shape."""
    return re.match(r"tests/(e2e/[^/]+/site|fuzz/corpus|[a-z]+/data)", path) is not None


def check_top_level(files):
    for entry in sorted({f.split("/")[0] for f in files}):
        if entry not in TOP_LEVEL and not entry.startswith("."):
            yield entry, 0, "is no top-level entry of the house"


def check_include(path, number, line):
    match = INCLUDE.match(line)
    if not match:
        return
    folder, target = path.split("/")[0], match[2]
    if match[1] == '"':
        owner = target.split("/")[0]
        if owner not in ARROWS:
            yield path, number, f'include "{target}" from the root of the house, as "folder/file.h"'
        elif owner != folder and owner not in ARROWS.get(folder, set()):
            yield path, number, f"{folder}/ may not include {owner}/ (DESIGN 3)"
        return
    if "/" not in target and "." not in target or SYSTEM.match(target):
        return
    for library, doors in DOORS:
        if re.match(library, target):
            if not any(re.fullmatch(door, path) for door in doors):
                yield path, number, f"<{target}> may only be included by {' or '.join(doors) or 'nobody'}"
            return
    yield path, number, f"<{target}> has no door: add a row to DOORS in tests/house/house_rules.py"


def check_code(path, lines):
    if path.endswith(".h") and not any(line.strip() == "#pragma once" for line in lines[:5]):
        yield path, 1, "a header begins with #pragma once"
    own = path[:-3] + ".h"
    includes = [INCLUDE.match(line) for line in lines]
    first = next((m[2] for m in includes if m), None)
    if path.endswith(".cc") and any(m and m[2] == own for m in includes) and first != own:
        yield path, 1, f'its own header "{own}" is included first, so that it is known to stand alone'
    for number, line in enumerate(lines, 1):
        yield from check_include(path, number, line)
        if match := UNFINISHED.search(line):
            yield path, number, f'"{match[0]}" marks unfinished work'
        if match := VAGUE_NAME.search(line):
            yield path, number, f"{match[2]} does not say what it is"
        if TEST_NAME_CUT.match(line):
            yield path, number, "ctest takes a ';' in a test's name for the end of it, and runs neither part"
        if not line.isascii():
            yield path, number, "code is ASCII; write the bytes as escapes"


def types(lines):
    """Line and qualified name of each type that the text defines outside of functions, classes and unnamed namespaces."""
    open_namespaces = []
    for number, line in enumerate(lines, 1):
        if match := NAMESPACE.match(line):
            open_namespaces.append(match[1])
        elif line.startswith("}  // namespace"):
            del open_namespaces[-1:]
        elif (match := TYPE.match(line)) and "" not in open_namespaces:
            yield number, "::".join([*open_namespaces, match[1]])


def check_one_definition(definitions):
    """Two types of one name in one program are undefined behaviour that no compiler reports."""
    first = {}
    for path, number, name in definitions:
        where = first.setdefault(name, path)
        if where != path:
            yield path, number, f"{name} is also a type of {where}: rename one, or give it an unnamed namespace"


def check_text(path, lines):
    for number, line in enumerate(lines, 1):
        if match := MACHINE_PATH.search(line):
            yield path, number, f"{match[0]}... is a path of one machine"
        if path.endswith(CODE) and "\t" in line:
            yield path, number, "a tab"
        if re.search(r"[ \t]+$", line) and not path.endswith(".md"):
            yield path, number, "white space at the end of the line"


def breaches(root, files):
    yield from check_top_level(files)
    definitions = []
    for path in files:
        if VAGUE_PATH.search(path):
            yield path, 0, "says nothing about what is in it"
        if is_foreign(path) or not (path.endswith(TEXT) or os.access(os.path.join(root, path), os.X_OK)):
            continue
        with open(os.path.join(root, path), encoding="utf-8", errors="surrogateescape") as file:
            lines = file.read().split("\n")
        if is_code(path):
            yield from check_code(path, lines)
            definitions += [(path, number, name) for number, name in types(lines)]
        yield from check_text(path, lines)
    yield from check_one_definition(definitions)


def print_lengths(root, files):
    lengths = []
    for path in filter(is_code, files):
        with open(os.path.join(root, path), "rb") as file:
            lengths.append((file.read().count(b"\n"), path))
    lengths.sort(reverse=True)
    print(f"{len(lengths)} files, median {lengths[len(lengths) // 2][0]} lines")
    for length, path in lengths[:15]:
        print(f"{length:5} {path}{'   is there a second noun in it?' if length >= LONG else ''}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("root")
    parser.add_argument("--lengths", action="store_true")
    a = parser.parse_args()
    files = tracked(a.root)
    if not files:
        sys.exit(f"no files below {a.root}")
    if a.lengths:
        print_lengths(a.root, files)
        return
    found = 0
    for path, number, what in breaches(a.root, files):
        print(f"{path}:{number}: {what}" if number else f"{path}: {what}")
        found += 1
    print(f"{len(files)} files, {found} breaches")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
