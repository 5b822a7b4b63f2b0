"""Word 97–2003 documents made byte by byte, for the tests: what no writer at hand would write."""

import struct

SECTOR = 512
END, FREE, FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
TEXT_AT = 2048
CLX = 33


def ole(streams):
    """The bytes of a compound file with these streams, by name."""
    sectors, chains, starts = [], [], {}
    for name, data in streams.items():
        data = data.ljust(max(-(-len(data) // SECTOR), 8) * SECTOR, b"\0")  # never a mini stream
        starts[name] = (len(sectors), len(data))
        sectors += [data[at : at + SECTOR] for at in range(0, len(data), SECTOR)]
        chains += [*range(len(chains) + 1, len(sectors)), END]
    entries = [_entry("Root Entry", 5, END, 0, child=1)]
    for number, (name, (start, size)) in enumerate(starts.items(), 1):
        following = number + 1 if number < len(starts) else FREE
        entries.append(_entry(name, 2, start, size, right=following))
    directory = b"".join(entries)
    directory = directory.ljust(-(-len(directory) // SECTOR) * SECTOR, b"\0")
    first = len(sectors)
    sectors += [directory[at : at + SECTOR] for at in range(0, len(directory), SECTOR)]
    chains += [*range(len(chains) + 1, len(sectors)), END]
    fat = [*chains, FAT]
    assert len(fat) <= SECTOR // 4
    sectors.append(struct.pack(f"<{SECTOR // 4}I", *fat, *[FREE] * (SECTOR // 4 - len(fat))))
    header = struct.pack(
        "<8s16sHHHHH6sIIIIIIIII",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", 0x3E, 3, 0xFFFE, 9, 6, b"",
        0, 1, first, 0, 4096, END, 0, END, 0,
    )  # fmt: skip
    return header + struct.pack("<109I", len(sectors) - 1, *[FREE] * 108) + b"".join(sectors)


def _entry(name, kind, start, size, *, right=FREE, child=FREE):
    encoded = name.encode("utf-16-le") + b"\0\0"
    return struct.pack(
        "<64sHBBIII16sIQQIQ",
        encoded, len(encoded), kind, 1, FREE, right, child, b"", 0, 0, 0, start, size,
    )  # fmt: skip


def legacy_doc(
    pieces, *, flags=0, version=0xC1, counts=None, modifiers=(), streams=None, table=True
):
    """A document of pieces: (text, bytes a character, number of a modifier or None).

    Args:
        pieces: In the order of the text; they lie in the file in the reverse order.
        flags: Of the FIB, beside the one that says which table stream holds.
        version: nFib.
        counts: Characters of the body, the footnotes and so on.
        modifiers: Property lists that pieces may have.
        streams: More streams, by name.
        table: Whether the table stream is there.
    """
    text, offsets = b"", {}
    for number in reversed(range(len(pieces))):
        content, width, _modifier = pieces[number]
        offsets[number] = TEXT_AT + len(text)
        text += content.encode("cp1252" if width == 1 else "utf-16-le")
    lengths = [len(content.encode("utf-16-le")) // 2 for content, _width, _modifier in pieces]
    places = [sum(lengths[:number]) for number in range(len(pieces) + 1)]
    clx = b"".join(b"\x01" + struct.pack("<H", len(each)) + each for each in modifiers)
    plc = struct.pack(f"<{len(places)}I", *places)
    for number, (_content, width, modifier) in enumerate(pieces):
        at = offsets[number] * 2 | 0x40000000 if width == 1 else offsets[number]
        plc += struct.pack("<HIH", 0, at, 0 if modifier is None else modifier << 1 | 1)
    clx += b"\x02" + struct.pack("<I", len(plc)) + plc
    fib = bytearray(TEXT_AT)
    struct.pack_into("<HH", fib, 0, 0xA5EC, version)
    struct.pack_into("<H", fib, 10, 0x0200 | flags)
    struct.pack_into("<7I", fib, 0x4C, *(counts or (places[-1], 0, 0, 0, 0, 0, 0)))
    struct.pack_into("<II", fib, 154 + 8 * CLX, 0, len(clx))
    found = {"WordDocument": bytes(fib) + text}
    if table:
        found["1Table"] = clx
    return ole(found | (streams or {}))


def summary(properties):
    """A summary stream: numbers and packed values of properties."""
    body, at = b"", 8 + 8 * len(properties)
    pairs = b""
    for number, packed in properties.items():
        pairs += struct.pack("<II", number, at + len(body))
        body += packed
    section = struct.pack("<II", at + len(body), len(properties)) + pairs + body
    return struct.pack("<HHI16sI16sI", 0xFFFE, 0, 0, b"", 1, b"", 48) + section
