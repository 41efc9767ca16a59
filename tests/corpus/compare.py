"""Holds what a crawl stored against what the files say, and explains what it can."""
import collections
import os

import crawl
import oracle


def expected(root, start):
    """The reachable pages, with their URLs relative to the origin, so that the port of today does not matter."""
    return oracle.Reachable(root, "http://site" + os.path.join("/", start), ["/private/"])


class Difference:
    """`missing` and `extra` are the URLs that stand on one side only and that no documented limit explains."""

    def __init__(self, wanted, database, origin):
        found = crawl.html_pages(database)
        self.twice = [url for url, count in collections.Counter(found).items() if count > 1]
        got = {url.replace(origin, "http://site", 1) for url in found}
        self.wanted, self.got = set(wanted.pages), got
        self.extra = sorted(got - self.wanted)
        skipped = {url.replace(origin, "http://site", 1): reason
                   for url, reason in crawl.rows(database, "SELECT url, reason FROM skipped")}
        # A page is cut at MAX_LINKS links and says so; what only such pages link to may be absent, and what hangs below it.
        cut = {url.replace(origin, "http://site", 1) for url in
               crawl.rows(database, "SELECT url FROM pages WHERE truncated", first=True)}
        cut = {url for url in cut if wanted.links.get(url, 0) > crawl.MAX_LINKS}
        absent = self.wanted - got
        reasons = {url: skipped[url] for url in absent if skipped.get(url) in ("trap", "too_long")}
        # What a stored page that is not cut links to must be there; so must the start, and what hangs below what must.
        unexplained, waiting = set(), [url for url in absent - set(reasons) if url == wanted.start or any(
            source in got - cut for source in wanted.sources[url])]
        below = collections.defaultdict(list)
        for url in absent:
            for source in wanted.sources[url]:
                below[source].append(url)
        while waiting:
            url = waiting.pop()
            if url not in unexplained:
                unexplained.add(url)
                waiting += [target for target in below[url] if target not in reasons]
        for url in absent - unexplained - set(reasons):
            reasons[url] = f"linked to only from pages with more than {crawl.MAX_LINKS} links, or below such"
        self.explained = collections.Counter(reasons.values())
        self.missing = [(url, skipped.get(url, "not met"), (wanted.sources[url] or ["the command line"])[0])
                        for url in sorted(unexplained)]

    def ok(self):
        return not (self.missing or self.extra or self.twice)

    def report(self):
        lines = [f"reachable {len(self.wanted)}, stored {len(self.got)}, missing {len(self.missing)}, "
                 f"extra {len(self.extra)}, stored twice {len(self.twice)}"]
        lines += [f"explained: {count} {reason}" for reason, count in self.explained.items()]
        lines += [f"MISSING {url} ({why}), linked from {source}" for url, why, source in self.missing[:20]]
        lines += [f"EXTRA {url}" for url in self.extra[:20]] + [f"TWICE {url}" for url in self.twice[:20]]
        return "\n".join(lines)
