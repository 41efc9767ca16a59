#!/usr/bin/env python3
"""What a page costs: pages/s, CPU of each process and thread, memory, beside wget2 on the same server in the same run.

usage: crawl_bench.py --trawl PATH (--cache FOLDER | --site FOLDER) [--start PAGE] [--rounds N] [--json FILE]
                      [--server-cpu N --client-cpus LIST] [--without-wget2] [--set key=value]... [--work FOLDER]

Rounds alternate between the crawlers; the table shows medians. --cache takes Debian's python3.N-doc, --site any folder of pages.
  pages   distinct paths that the server answered 200 text/html (its own log, not what the crawler says)
  CPU     user + system, read from the kernel's account of each thread in nanoseconds, every 20 ms and at the end; `whole`
          is the kernel's sum for the tree at its end (it also has what lived less than a sample)
  memory  peaks of the sums over the tree: RSS counts shared pages in each process, PSS shares them out (sampled less often)
  noise   CPU seconds that anything else on the machine took meanwhile: repeat runs where it is more than a few
  moved   how much the clock of this machine wandered: a fixed piece of work before and after, in per cent
Pinning (--server-cpu 0 --client-cpus 1) makes runs comparable on a small machine: nothing then overlaps with the server.
"""
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "corpus"))
import crawl
import nginx_site
import process_tree
import program

WGET2 = ["wget2", "-r", "-l", "0", "-q", "-nH", "--no-config", "--max-threads=100", "--http2=off", "--compression=none",
         "--robots=on", "--ignore-tags=img,link,script,iframe,frame,object,embed,source,form,body,input,area,applet,meta",
         "--regex-type=posix", r"--accept-regex=^[^?]*(\.html?|/)$", "--tries=1", "--progress=none", "--no-hsts",
         "--fsync-policy=off"]
GOOD_EXITS = {"trawl": {0}, "wget2": {0, 8}}  # wget2 ends with 8 after any 404
PAGE = os.sysconf("SC_PAGE_SIZE")
TICK_US = 1_000_000 // os.sysconf("SC_CLK_TCK")


def read(path):
    try:
        with open(path, encoding="ascii", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


def thread_us(pid, tid):
    """CPU time of a thread in microseconds."""
    text = read(f"/proc/{pid}/task/{tid}/schedstat")
    return int(text.split()[0]) / 1000 if text else 0.0


def process_us(pid):
    """User and system time of a process and of the children it has waited for."""
    fields = read(f"/proc/{pid}/stat").rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) * TICK_US if fields else 0


def busy_us():
    fields = [int(f) for f in read("/proc/stat").split("\n", 1)[0].split()[1:9]]
    return (sum(fields) - fields[3] - fields[4] - fields[7]) * TICK_US


def pss(pid):
    for line in read(f"/proc/{pid}/smaps_rollup").splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return 0


def wander():
    """Microseconds that a fixed piece of work takes now."""
    began = time.process_time()
    sum(i * i for i in range(300_000))
    return (time.process_time() - began) * 1e6


class Sampler:
    """Follows a process tree and adds up what each part of it used. A part is a role: see role()."""

    def __init__(self, pid):
        self.pid, self.threads = pid, {}
        self.peak_rss = self.peak_pss = 0
        self.samples = 0

    def role(self, pid, tid, parent):
        name = read(f"/proc/{pid}/task/{tid}/comm").strip()
        if pid == self.pid:
            return "main: loop" if tid == pid else f"main: {name}"
        program = process_tree.name(pid)
        return f"{program}: zygote" if parent == self.pid else f"{program}: workers"

    def sample(self):
        rss, members = 0, [(self.pid, 0)]
        for pid, _ in members:
            members += [(child, pid) for child in process_tree.children(pid)]
        for pid, parent in members:
            statm = read(f"/proc/{pid}/statm").split()
            rss += int(statm[1]) * PAGE if statm else 0
            try:
                tids = os.listdir(f"/proc/{pid}/task")
            except OSError:
                continue
            for tid in map(int, tids):
                used = thread_us(pid, tid)
                if used:
                    key = (pid, tid)
                    role = self.threads[key][0] if key in self.threads else self.role(pid, tid, parent)
                    self.threads[key] = (role, used)
        self.peak_rss = max(self.peak_rss, rss)
        if self.samples % 10 == 0:
            self.peak_pss = max(self.peak_pss, sum(pss(pid) for pid, _ in members))
        self.samples += 1

    def roles(self):
        sums = {}
        for role, used in self.threads.values():
            sums[role] = sums.get(role, 0) + used
        return sums


def measure(name, command, work, site, cpus, timeout, good):
    """Runs one crawler once; gives its figures."""
    offset = site.log_size()
    server = process_tree.tree(site.process.pid)
    server_before, wander_before, busy_before, mine_before = sum(map(process_us, server)), wander(), busy_us(), time.process_time()
    began = time.monotonic()
    process = subprocess.Popen(command, cwd=work, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                               preexec_fn=(lambda: os.sched_setaffinity(0, cpus)) if cpus else None)
    sampler = Sampler(process.pid)
    # Waits without reaping, so that the account of the last thread can still be read at the end.
    while os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        sampler.sample()
        if time.monotonic() - began > timeout:
            process.kill()
        time.sleep(0.02)
    wall = time.monotonic() - began
    whole = process_us(process.pid)
    err = process.communicate()[1].decode("utf-8", "replace")
    busy = busy_us() - busy_before
    server_us = sum(map(process_us, server)) - server_before
    mine = (time.process_time() - mine_before) * 1e6
    left = process_tree.orphans({site.process.pid})
    pages = {r["path"] for r in site.requests(offset) if r["html"] and r["status"] == 200}
    if process.returncode not in good or left or not pages:
        sys.exit(f"{name}: exit code {process.returncode}, {len(pages)} pages, left behind {left}\n{err[-2000:]}")
    n = len(pages)
    return {"name": name, "pages": n, "wall_s": wall, "pages_s": n / wall, "whole_us": whole / n,
            "roles_us": {role: used / n for role, used in sorted(sampler.roles().items())},
            "server_us": server_us / n, "peak_rss_mb": sampler.peak_rss / 2**20, "peak_pss_mb": sampler.peak_pss / 2**20,
            "noise_s": max(0, busy - whole - server_us - mine) / 1e6, "moved_percent": 100 * (wander() / wander_before - 1)}


def median(runs):
    first, out = runs[0], {"name": runs[0]["name"], "runs": len(runs)}
    for key, value in first.items():
        if isinstance(value, (int, float)):
            out[key] = round(statistics.median(run[key] for run in runs), 1)
    roles = sorted({role for run in runs for role in run["roles_us"]})
    out["roles_us"] = {role: round(statistics.median(run["roles_us"].get(role, 0) for run in runs), 1) for role in roles}
    return out


def machine():
    model = next((line.split(":", 1)[1].strip() for line in read("/proc/cpuinfo").splitlines() if line.startswith("model name")),
                 platform.machine())
    memory = int(read("/proc/meminfo").split()[1]) / 2**20
    return f"{os.cpu_count()} x {model}, {memory:.0f} GiB, Linux {platform.release()}"


def table(medians):
    lines = ["| crawler | pages | pages/s | CPU us/page | server CPU us/page | peak RSS MB | peak PSS MB | noise s |",
             "|---|---|---|---|---|---|---|---|"]
    for m in medians:
        lines.append(f"| {m['name']} | {m['pages']:.0f} | {m['pages_s']:.0f} | {m['whole_us']:.0f} | {m['server_us']:.0f} | "
                     f"{m['peak_rss_mb']:.0f} | {m['peak_pss_mb']:.0f} | {m['noise_s']} |")
    for m in medians:
        if len(m["roles_us"]) > 1:
            lines += ["", f"| {m['name']}: where | CPU us/page |", "|---|---|"]
            lines += [f"| {role} | {used:.0f} |" for role, used in m["roles_us"].items()]
    return "\n".join(lines)


def main():
    parser = program.arguments(__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json")
    parser.add_argument("--server-cpu", type=int)
    parser.add_argument("--client-cpus")
    parser.add_argument("--without-wget2", action="store_true")
    parser.add_argument("--set", action="append", default=[], help="handed to trawl")
    a = parser.parse_args()
    root = program.begin(a)
    with program.work_folder(a, "bench") as work:
        return measure_all(a, root, work)


def measure_all(a, root, work):
    cpus = {int(cpu) for cpu in a.client_cpus.split(",")} if a.client_cpus else None
    if a.server_cpu is not None:
        os.sched_setaffinity(0, {a.server_cpu})  # this program measures beside the server, not beside the crawler
    wget2 = not a.without_wget2 and shutil.which("wget2")
    if not a.without_wget2 and not wget2:
        print("wget2 is not installed: trawl alone", file=sys.stderr)
    runs = {"trawl": [], "wget2": []}
    with nginx_site.NginxSite(root, os.path.join(work, "nginx"), a.server_cpu) as site:
        for number in range(1, a.rounds + 1):
            for name in ("trawl", "wget2") if wget2 else ("trawl",):
                place = os.path.join(work, f"{name}.{number}")
                os.mkdir(place)
                url = site.url("/" + a.start)
                if name == "trawl":
                    more = [part for setting in a.set for part in ("--set", setting)]
                    command = crawl.command(os.path.abspath(a.trawl), crawl.write_config(place, url),
                                            os.path.join(place, "trawl.db"), more)
                else:
                    command = WGET2 + [url]
                run = measure(name, command, place, site, cpus, a.timeout, GOOD_EXITS[name])
                runs[name].append(run)
                print(f"round {number} {name}: {run['pages']} pages, {run['pages_s']:.0f}/s, {run['whole_us']:.0f} us/page, "
                      f"{run['peak_rss_mb']:.0f} MB, noise {run['noise_s']:.1f} s, moved {run['moved_percent']:.0f} %",
                      file=sys.stderr, flush=True)
                shutil.rmtree(place)
    medians = [median(r) for r in runs.values() if r]
    print(f"{machine()}; {time.strftime('%Y-%m-%d')}; medians of {a.rounds}; "
          f"server CPU {a.server_cpu if a.server_cpu is not None else 'any'}, client CPUs {a.client_cpus or 'any'}\n")
    print(table(medians))
    if len(medians) == 2:
        print(f"\ntrawl / wget2: CPU {medians[0]['whole_us'] / medians[1]['whole_us']:.2f}, "
              f"pages/s {medians[0]['pages_s'] / medians[1]['pages_s']:.2f}")
    if a.json:
        with open(a.json, "w", encoding="utf-8") as file:
            json.dump({"machine": machine(), "medians": medians, "runs": runs}, file, indent=1)
    return 0


if __name__ == "__main__":
    sys.exit(main())
