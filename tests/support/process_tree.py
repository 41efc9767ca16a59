"""What processes a program under test has, and what it leaves behind. Linux only: it reads /proc."""
import ctypes
import os
import time

PR_SET_CHILD_SUBREAPER = 36


def adopt_orphans():
    """From now on a descendant whose parent ends becomes a child of this process, so that nothing can slip away, not even
    with a session of its own."""
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_CHILD_SUBREAPER)")


def children(pid):
    found = []
    try:
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/children", encoding="ascii") as file:
                found += [int(child) for child in file.read().split()]
    except OSError:
        pass
    return found


def tree(pid):
    """The process and all below it, parents first."""
    found = [pid]
    for member in found:
        found += children(member)
    return found


def name(pid):
    try:
        with open(f"/proc/{pid}/comm", encoding="utf-8", errors="replace") as file:
            return file.read().strip()
    except OSError:
        return ""


def orphans(known, grace=3.0):
    """Children of this process that are not `known`, after `grace` seconds to end by themselves: a list of (pid, name).
    Those that have ended are reaped. Needs adopt_orphans."""
    deadline = time.monotonic() + grace
    while True:
        left = []
        for pid in children(os.getpid()):
            if pid in known:
                continue
            try:
                if os.waitpid(pid, os.WNOHANG)[0] == pid:
                    continue
            except ChildProcessError:
                continue
            left.append((pid, name(pid)))
        if not left or time.monotonic() > deadline:
            return left
        time.sleep(0.01)
