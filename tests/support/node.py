"""Packages of npm that a test may use where they are there: found as Node finds them, NODE_PATH counts."""
import json
import shutil
import subprocess

RUN = """
const use = async name => import(require.resolve(name));
const run = async (use, argument) => {%s};
run(use, process.argv[1]).then(
  answer => console.log(JSON.stringify(answer)),
  error => { console.error(error.stack); process.exit(error.code === "MODULE_NOT_FOUND" ? 3 : 1); });
"""


def answer(script, argument, folder):
    """What a script's `return` gives, of JSON; `use(name)` in it imports a package. None without Node or the package."""
    if shutil.which("node") is None:
        return None
    done = subprocess.run(["node", "-e", RUN % script, argument], cwd=folder, capture_output=True, text=True, timeout=60)
    if done.returncode == 3:
        return None
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
