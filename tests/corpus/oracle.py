"""The pages of a folder that a crawler must find, computed from the files alone.

A second opinion, not a second crawler: Python's html.parser and some fifty lines about URLs, written from the standards
and from DOCUMENTED below, sharing nothing with the program under test.
"""
import collections
import html
import html.parser
import os
import re
import urllib.parse

# What makes a link to a page: element, attribute. DOCUMENTED: `links` names these kinds, and a crawl follows them.
PAGE_LINKS = {("a", "href"), ("area", "href"), ("iframe", "src"), ("frame", "src")}
# <link rel=...> that leads to a page; others lead to resources.
PAGE_RELS = {"alternate", "author", "bookmark", "canonical", "chapter", "contents", "copyright", "first", "glossary", "help",
             "home", "index", "last", "license", "next", "prev", "previous", "search", "start", "toc", "top", "up", "amphtml"}
HTML_SUFFIXES = (".html", ".htm")
MAX_URL = 2048  # DOCUMENTED: crawl.max_url

PATH_BYTES = set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&()*+,;=:@/[]'")
QUERY_BYTES = (PATH_BYTES | set(b"?")) - set(b"'")
UNRESERVED = set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


def _unescape_attribute(text):
    """Character references as in an attribute: `&copy=` and `&copyx` stay (HTML Standard, named character reference state)."""
    def one(match):
        reference = match[0]
        if reference.startswith("&#") or reference.endswith(";"):
            return html.unescape(reference)
        following = text[match.end():match.end() + 1]
        return reference if following == "=" or following.isalnum() else html.unescape(reference)
    return re.sub(r"&(#[xX]?[0-9a-fA-F]+;?|[A-Za-z][A-Za-z0-9]*;?)", one, text)


html.parser.unescape = _unescape_attribute  # it is called for attribute values alone when convert_charrefs is off


class PageReader(html.parser.HTMLParser):
    # Their content is text (HTML Standard, RCDATA, RAWTEXT and script data states). With scripting off <noscript> is markup.
    CDATA_CONTENT_ELEMENTS = ("script", "style", "title", "textarea", "iframe", "noframes", "xmp", "noembed")

    def __init__(self):
        super().__init__(convert_charrefs=False)
        self.base, self.links, self.nofollow = None, [], False
        self.templates = 0

    def handle_starttag(self, tag, attributes):
        values = {}
        for name, value in attributes:
            values.setdefault(name, value or "")
        if tag == "base" and self.base is None and "href" in values:
            self.base = values["href"]
        if tag == "meta":
            if values.get("name", "").lower() == "robots":
                words = re.split(r"[\s,]+", values.get("content", "").lower())
                self.nofollow = self.nofollow or "nofollow" in words or "none" in words
            if values.get("http-equiv", "").lower() == "refresh":
                match = re.match(r"\s*[0-9.]*\s*[;,]?\s*url\s*=\s*(['\"]?)(.*)", values.get("content", ""), re.I | re.S)
                if match:
                    self.links.append(match[2].split(match[1])[0] if match[1] else match[2])
        rel = values.get("rel", "").lower().split()
        if "nofollow" in rel:
            return
        for attribute, value in values.items():
            if (tag, attribute) in PAGE_LINKS or (tag == "link" and attribute == "href" and PAGE_RELS & set(rel)
                                                  and "stylesheet" not in rel):
                self.links.append(value)

    handle_startendtag = handle_starttag


def decode(body):
    for mark, name in ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if body.startswith(mark):
            return body[len(mark):].decode(name, "replace")
    match = re.search(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]+)", body[:2048], re.I)
    names = [match[1].decode("ascii")] if match else ["utf-8"]
    if names[0].lower() in ("iso-8859-1", "us-ascii", "latin1", "ascii"):
        names = ["cp1252"]
    for name in names:
        try:
            return body.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
    return body.decode("utf-8" if match and names[0].lower() == "utf-8" else "cp1252", "replace")


def read_page(body):
    reader = PageReader()
    reader.feed(decode(body))
    reader.close()
    return reader


def _normal_bytes(text, allowed):
    out, raw, at = bytearray(), text.encode("utf-8", "surrogatepass"), 0
    while at < len(raw):
        match = re.match(rb"%([0-9A-Fa-f]{2})", raw[at:at + 3])
        if match:
            byte = int(match[1], 16)
            out += bytes([byte]) if byte in UNRESERVED else b"%%%02X" % byte
            at += 3
        else:
            out += bytes([raw[at]]) if raw[at] in allowed or raw[at] == 0x25 else b"%%%02X" % raw[at]
            at += 1
    return out.decode("ascii")


def _without_dots(path):
    out = []
    segments = path.split("/")[1:]
    for index, segment in enumerate(segments):
        plain = re.sub("%2e", ".", segment, flags=re.I)
        last = index == len(segments) - 1
        if plain == "..":
            out = out[:-1] + ([""] if last else [])
        elif plain == ".":
            out += [""] if last else []
        else:
            out.append(segment)
    return "/" + "/".join(out)


def resolve(reference, base):
    """The normalised URL of a link on a page whose base is the normalised URL `base`; None when it is no http URL."""
    reference = re.sub(r"[\t\n\r]", "", reference.strip("".join(map(chr, range(0x21)))))
    reference = reference.split("#")[0]
    scheme, origin, base_path, base_query = _split(base)
    if match := re.match(r"([A-Za-z][A-Za-z0-9+.-]*):", reference):
        if match[1].lower() not in ("http", "https"):
            return None
        rest = reference[match.end():]
        if match[1].lower() != scheme or rest[:2].replace("\\", "/") == "//":
            scheme, reference = match[1].lower(), "//" + rest.lstrip("/\\")
        else:
            reference = rest
    path, mark, query = reference.partition("?")
    path = path.replace("\\", "/")
    if path.startswith("//"):
        authority, slash, path = path[2:].partition("/")
        authority = authority.rsplit("@", 1)[-1].lower()
        authority = re.sub(r":(80)?$" if scheme == "http" else r":(443)?$", "", authority)
        if not authority:
            return None
        origin, path = f"{scheme}://{authority}", "/" + path
    elif path.startswith("/"):
        pass
    elif path:
        path = base_path[:base_path.rindex("/") + 1] + path
    else:
        path = base_path
        if not mark:
            query = base_query
    url = origin + _normal_bytes(_without_dots(path), PATH_BYTES) + ("?" + _normal_bytes(query, QUERY_BYTES) if query else "")
    return url if len(url) <= MAX_URL else None


def _split(url):
    scheme, rest = url.split("://", 1)
    authority, slash, target = rest.partition("/")
    path, _, query = target.partition("?")
    return scheme, f"{scheme}://{authority}", "/" + path, query


class Site:
    """A folder as nginx shows it: files, index.html of a folder, a redirect for a folder without slash. It refuses a path
    with an escape that is none (400), and a file named ".html" has no extension, so no type."""

    def __init__(self, root):
        self.root = os.path.realpath(root)

    def look_up(self, url):
        """Gives ("html", file), ("redirect", URL) or (None, None) for whatever gives no page."""
        _, origin, path, query = _split(url)
        if re.search("%(?![0-9A-Fa-f]{2})", path):
            return None, None
        name = re.sub("/+", "/", urllib.parse.unquote(path, errors="surrogateescape"))
        file = self.root + name
        if "\0" in name or "/../" in name + "/":
            return None, None
        if name.endswith("/"):
            file += "index.html"
        elif os.path.isdir(file):
            return "redirect", origin + path + "/" + ("?" + query if query else "")
        if not os.path.isfile(file) or os.path.splitext(file)[1].lower() not in HTML_SUFFIXES:
            return None, None
        return "html", file


class Reachable:
    """Walks a site from `start`. `pages`: URL -> depth; `sources`: URL -> pages that link to it; `links`: page -> count."""

    def __init__(self, root, start, disallowed=()):
        site, origin = Site(root), _split(start)[1]
        self.start, self.pages, self.links, self.sources = start, {}, {}, collections.defaultdict(list)
        self.redirects = {}
        read = {}
        waiting = collections.deque([(start, 0)])
        met = {start}
        while waiting:
            url, depth = waiting.popleft()
            if any(_split(url)[2].startswith(prefix) for prefix in disallowed):
                continue
            kind, where = site.look_up(url)
            if kind == "redirect":
                self.redirects[url] = where
                found = [where]
            elif kind == "html":
                self.pages[url] = depth
                if where not in read:
                    with open(where, "rb") as file:
                        page = read_page(file.read())
                    read[where] = (page.base, page.links, page.nofollow)
                base, links, nofollow = read[where]
                base = (resolve(base, url) or url) if base is not None else url
                found = [] if nofollow else [resolve(link, base) for link in links]
                self.links[url] = len(links)
            else:
                continue
            for link in dict.fromkeys(found):
                if link is None or _split(link)[1] != origin:
                    continue
                self.sources[link].append(url)
                if link not in met:
                    met.add(link)
                    waiting.append((link, depth + (kind == "html")))
