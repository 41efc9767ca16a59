"""How the build compiles the sources of a folder: compiler and flags, from its compile_commands.json."""
import json
import os
import re
import shlex

# Off: code generation, sanitizers and debug lines; what a file means does not depend on them.
DROPPED = re.compile(r"-(g.*|O.*|fsanitize.*|fno-sanitize.*|fno-omit.*|c|o|MD|MMD|MT|MF|MQ|W.*)$")
WITH_VALUE = {"-o", "-MT", "-MF", "-MQ"}


def folder_of(source, root, build):
    """The folder that a compiled file belongs to: sources may have been put together in the build folder."""
    made = os.path.relpath(source, build)
    if made.startswith(".."):
        return os.path.dirname(source)
    return os.path.dirname(os.path.join(root, re.split(r"/CMakeFiles/", made)[0] + "/x"))


class CompileFlags:
    def __init__(self, root, build):
        self.root = os.path.abspath(root)
        build = os.path.abspath(build)
        self.flags = {}
        with open(os.path.join(build, "compile_commands.json"), encoding="utf-8") as file:
            commands = json.load(file)
        for entry in commands:
            words = shlex.split(entry["command"])
            kept, skip = [], False
            for word in words:
                if skip:
                    skip = False
                elif word in WITH_VALUE:
                    skip = True
                elif not DROPPED.match(word) and word != entry["file"] and not word.endswith(".o"):
                    kept.append(word)
            self.flags[entry["file"]] = (entry["directory"], kept)
            self.flags.setdefault(folder_of(entry["file"], self.root, build), (entry["directory"], kept))

    def of(self, path):
        """(working directory, compiler and flags) of the file, or of the nearest folder that is compiled."""
        folder = os.path.join(self.root, path)
        while folder.startswith(self.root):
            if folder in self.flags:
                return self.flags[folder]
            folder = os.path.dirname(folder)
        raise SystemExit(f"no compile command for the folder of {path}")
