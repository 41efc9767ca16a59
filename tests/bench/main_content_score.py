#!/usr/bin/env python3
"""How well `trawl debug text` finds the main content of pages whose text is known.

    main_content_score.py FOLDER [--trawl PROGRAM] [--worst N]

FOLDER holds a folder a page, with source.html and expected.html in it, as the test pages of Mozilla's Readability
(test/test-pages). Prints precision, recall and F1 of runs of four words, each the mean of all pages, with F1 of the
two means, as the public article extraction benchmarks count it, and the N pages that came out worst.
"""
import argparse
import base64
import collections
import html.parser
import json
import pathlib
import re
import subprocess

BLOCKS = set("address article aside blockquote body br caption dd details div dl dt figcaption figure footer form h1 h2 "
             "h3 h4 h5 h6 header hr html li main nav ol p pre section summary table tbody td tfoot th thead tr ul".split())
SILENT = {"script", "style", "template", "noscript", "title"}


class Text(html.parser.HTMLParser):
    """The text of a document, its blocks on lines of their own."""

    def __init__(self, document):
        super().__init__(convert_charrefs=True)
        self.parts, self.silent = [], 0
        self.feed(document)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.silent += tag in SILENT
        if tag in BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag):
        if tag in SILENT:
            self.silent = max(0, self.silent - 1)
        if tag in BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data):
        if not self.silent:
            self.parts.append(data)


def shingles(text):
    """Counts the runs of four words; fewer words are one run."""
    words = re.findall(r"\w+", text)
    return collections.Counter(tuple(words[i:i + 4]) for i in range(max(1, len(words) - 3)))


def score(found, wanted):
    """Precision, recall and F1 of one page."""
    found, wanted = shingles(found), shingles(wanted)
    both = sum((found & wanted).values())
    precision, recall = both / sum(found.values()), both / sum(wanted.values())
    return precision, recall, f1(precision, recall)


def f1(precision, recall):
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def body(path):
    """The bytes of a page; the test pages are kept in UTF-8, whatever they declare."""
    source = path.read_bytes()
    try:
        source.decode()
    except UnicodeDecodeError:
        return source
    return b"\xef\xbb\xbf" + source


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folder", type=pathlib.Path)
    options.add_argument("--trawl", default="build/release/trawl")
    options.add_argument("--worst", type=int, default=10)
    chosen = options.parse_args()
    pages = sorted(path.parent for path in chosen.folder.glob("*/expected.html"))
    if not pages:
        options.error(f"no page in {chosen.folder}")
    asked = "".join(json.dumps({"body_b64": base64.b64encode(body(page / "source.html")).decode(),
                                "url": "http://example.org/"}) + "\n" for page in pages)
    answer = subprocess.run([chosen.trawl, "debug", "text"], input=asked.encode(), stdout=subprocess.PIPE, check=True)
    lines = answer.stdout.decode().strip("\n").split("\n")
    results = []
    for page, line in zip(pages, lines, strict=True):
        wanted = "".join(Text((page / "expected.html").read_text(encoding="utf-8")).parts)
        results.append((page.name, *score(json.loads(line).get("main", ""), wanted)))
    precision = sum(result[1] for result in results) / len(results)
    recall = sum(result[2] for result in results) / len(results)
    print(f"{len(results)} pages: precision {precision:.3f}, recall {recall:.3f}, F1 {f1(precision, recall):.3f}")
    for name, *figures in sorted(results, key=lambda result: result[3])[:chosen.worst]:
        print("  precision {:.3f}, recall {:.3f}, F1 {:.3f}".format(*figures), name)


if __name__ == "__main__":
    main()
