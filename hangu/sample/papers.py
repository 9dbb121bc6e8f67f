"""Small real files as evidence: one of each kind is uploaded, all papers of that kind are its."""

import struct
import zlib

from django.core.files.uploadedfile import SimpleUploadedFile

from projects import documents
from projects.models import Document

NAMES = {
    "contract": "施工合同（示例）.pdf",
    "permit": "批复文件（示例）.pdf",
    "decision": "立项文件（示例）.pdf",
    "photo": "现场照片（示例）.png",
    "acceptance": "竣工验收文件（示例）.pdf",
    "operation": "投产证明（示例）.pdf",
    "capacity": "达产证明（示例）.pdf",
    "feasibility": "可行性研究报告（示例）.pdf",
}


def pdf(text):
    """A page of A4 with one line of ASCII."""
    content = f"BT /F1 24 Tf 72 720 Td ({text}) Tj ET".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    written, places = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(written)
    written += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    written += b"".join(b"%010d 00000 n \n" % place for place in places)
    written += b"trailer\n<< /Size %d /Root 1 0 R >>\n" % (len(objects) + 1)
    return bytes(written + b"startxref\n%d\n%%%%EOF\n" % table)


def png(width=320, height=180):
    """Sky over a building site, in two colours."""
    sky, ground = b"\x9f\xc4\xe4", b"\xb8\xa0\x7a"
    rows = b"".join(b"\0" + (sky if y < height * 3 // 5 else ground) * width for y in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )


def upload(kind):
    name = NAMES[kind]
    body = png() if name.endswith(".png") else pdf(f"SAMPLE {kind.upper()}")
    return SimpleUploadedFile(name, body)


class Papers:
    """Gives projects their papers; a kind's file is stored once."""

    def __init__(self):
        self.first = {}

    def give(self, project, user, kind, now, **owner):
        """The Document, of the day of `now`. `owner`: milestone, step, report or visit."""
        known = self.first.get(kind)
        if known is None:
            (row,) = documents.keep(project, user, [upload(kind)], kind, **owner)
            self.first[kind] = row
        else:
            row = Document.objects.create(
                project=project,
                kind=kind,
                file=known.file.name,
                name=known.name,
                size=known.size,
                sha256=known.sha256,
                added_by=user,
                **owner,
            )
        Document.objects.filter(pk=row.pk).update(added_at=now)
        return row
