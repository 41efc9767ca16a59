"""Reads WARC/1.1 files of gzip members, strictly, by the standard alone: it shares nothing with the writer under test."""
import base64
import hashlib
import re
import zlib


class Damaged(Exception):
    pass


class Record:
    """One record: `fields` by lower-case name, `block` as bytes, and where its gzip member stands."""

    def __init__(self, offset, length, raw):
        self.offset, self.length = offset, length
        head, separator, rest = raw.partition(b"\r\n\r\n")
        lines = head.decode("utf-8").split("\r\n")
        if lines[0] != "WARC/1.1" or not separator:
            raise Damaged(f"at {offset}: no head of WARC/1.1")
        self.fields = {}
        for line in lines[1:]:
            name, colon, value = line.partition(": ")
            if not colon or name.lower() in self.fields:
                raise Damaged(f"at {offset}: {line!r}")
            self.fields[name.lower()] = value
        size = int(self.fields["content-length"])
        self.block, end = rest[:size], rest[size:]
        if len(self.block) != size or end != b"\r\n\r\n":
            raise Damaged(f"at {offset}: a block of {len(self.block)} bytes instead of {size}, then {end!r}")
        self.type, self.id = self.fields["warc-type"], self.fields["warc-record-id"]
        if not re.fullmatch(r"<urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}>", self.id):
            raise Damaged(f"at {offset}: record id {self.id}")
        if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", self.fields["warc-date"]):
            raise Damaged(f"at {offset}: date {self.fields['warc-date']}")
        if self.fields["warc-block-digest"] != digest(self.block):
            raise Damaged(f"at {offset}: the block is not that of its digest")
        if self.type == "response" and self.fields["warc-payload-digest"] != digest(self.payload()):
            raise Damaged(f"at {offset}: the payload is not that of its digest")

    def http_head(self):
        return self.block.partition(b"\r\n\r\n")[0].decode("latin-1")

    def payload(self):
        return self.block.partition(b"\r\n\r\n")[2]


def digest(data):
    return "sha256:" + base64.b32encode(hashlib.sha256(data).digest()).decode("ascii").rstrip("=")


def records(data):
    """Every record of a file's bytes; raises Damaged when any byte of it is not as it must be."""
    offset = 0
    while offset < len(data):
        member = zlib.decompressobj(16 + zlib.MAX_WBITS)
        try:
            raw = member.decompress(data[offset:])
        except zlib.error as error:
            raise Damaged(f"at {offset}: {error}") from None
        if not member.eof:
            raise Damaged(f"at {offset}: a member that is cut off")
        length = len(data) - offset - len(member.unused_data)
        yield Record(offset, length, raw)
        offset += length
