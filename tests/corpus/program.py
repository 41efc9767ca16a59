"""What every program that crawls a folder of pages takes from its command line, and how it ends."""
import argparse
import contextlib
import os
import shutil
import tempfile

import nginx_site
import process_tree
import python_doc


def arguments(doc):
    """A parser with what all of them take; --site or --cache say which pages."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trawl", required=True)
    parser.add_argument("--cache", help="a folder to keep Debian's python3.N-doc in")
    parser.add_argument("--site", help="a folder of pages, instead")
    parser.add_argument("--start", default="index.html")
    parser.add_argument("--work", help="where the run's own folder is made")
    parser.add_argument("--keep", action="store_true", help="keep database and server log, and say where they are")
    parser.add_argument("--timeout", type=float, default=900, help="seconds for one crawl")
    return parser


def begin(a):
    """The folder of the pages. Ends the program as skipped when nginx or the pages cannot be had."""
    nginx_site.skip_without_nginx()
    root = a.site or python_doc.python_doc(a.cache)
    process_tree.adopt_orphans()
    return root


@contextlib.contextmanager
def work_folder(a, noun):
    """A fresh folder, removed at the end unless --keep."""
    if a.work:
        os.makedirs(a.work, exist_ok=True)
    work = tempfile.mkdtemp(prefix=f"trawl-{noun}-", dir=a.work)
    try:
        yield work
    finally:
        if a.keep:
            print(f"kept: {work}")
        else:
            shutil.rmtree(work, ignore_errors=True)


def verdict(problems):
    """Prints them; the exit code."""
    for problem in problems:
        print("FAILED " + problem)
    return 1 if problems else 0
