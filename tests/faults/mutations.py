"""Files damaged by chance, the same for the same seed: as bytes, and inside what is packed."""

import io
import zipfile


def damage(data, chance):
    """Bytes changed, cut out, doubled, swapped, or cut off."""
    data = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 5, 20))):
        at = chance.randrange(len(data)) if data else 0
        match chance.randrange(7):
            case 0:
                data[at : at + 1] = bytes([chance.randrange(256)])
            case 1:
                del data[at : at + chance.choice((1, 2, 50, 2_000))]
            case 2:
                data[at:at] = data[at : at + chance.choice((1, 30, 500))]
            case 3:
                data[at : at + 4] = chance.choice((b"\xff" * 4, b"\x00" * 4, b"\x7f\xff\xff\xff"))
            case 4:
                data[at:at] = chance.randbytes(chance.choice((1, 8, 100)))
            case 5:
                to = chance.randrange(len(data)) if data else 0
                data[at : at + 64], data[to : to + 64] = data[to : to + 64], data[at : at + 64]
            case 6 if chance.random() < 0.2:
                del data[at:]
    return bytes(data)


def damage_inside(data, chance):
    """A zip archive (.docx) whose parts are damaged and packed again, so that they are opened."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        names = old.namelist()
        struck = set(chance.sample(names, min(len(names), chance.choice((1, 1, 3)))))
        for name in names:
            part = old.read(name)
            new.writestr(name, damage(part, chance) if name in struck else part)
    return out.getvalue()
