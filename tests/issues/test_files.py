"""Files are what they say, or the step is refused and nothing is stored."""

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from issues import files
from issues.errors import Invalid
from issues.models import Attachment, IssueEvent

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600


def archive(*names, size=10):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in names:
            packed.writestr(name, b"0" * size)
    return buffer.getvalue()


GOOD = {
    "a.pdf": b"%PDF-1.7 x",
    "b.PNG": b"\x89PNG\r\n\x1a\n" + b"\x00" * 20,
    "c.jpg": b"\xff\xd8\xff\xe0",
    "d.docx": archive("[Content_Types].xml", "word/document.xml"),
    "e.xlsx": archive("[Content_Types].xml", "xl/workbook.xml"),
    "f.ofd": archive("OFD.xml", "Doc_0/Document.xml"),
    "g.wps": OLE,
    "h.txt": "说明".encode(),
    "i.zip": archive("照片/1.jpg"),
}
BAD = {
    "program.exe": b"MZ\x90\x00",
    "program.pdf": b"MZ\x90\x00",
    "page.html": b"<html>",
    "page.png": b"<html>",
    "vector.svg": b"<svg onload=alert(1)>",
    "macro.docm": archive("word/document.xml"),
    "macro.docx": archive("word/document.xml", "word/vbaProject.bin"),
    "sheet.docx": archive("xl/workbook.xml"),
    "broken.zip": b"PK\x03\x04 and nothing",
    "bomb.zip": archive("zeros", size=30_000_000),
    "binary.txt": b"\x00\x01",
    "empty.pdf": b"",
    "noextension": b"%PDF-1.4",
}


@pytest.mark.parametrize("name", GOOD)
def test_taken(name):
    checked = files.check_all([SimpleUploadedFile(name, GOOD[name])])
    assert [file.name for file in checked] == [name]


@pytest.mark.parametrize("name", BAD)
def test_refused(name):
    with pytest.raises(Invalid) as refused:
        files.check_all([SimpleUploadedFile(name, BAD[name])])
    assert name in refused.value.errors["attachments"][0]


def test_too_large_and_too_many(monkeypatch):
    monkeypatch.setattr(files, "MAX_BYTES", 100)
    with pytest.raises(Invalid):
        files.check_all([SimpleUploadedFile("a.pdf", b"%PDF-" + b"x" * 100)])
    many = [SimpleUploadedFile(f"{n}.pdf", b"%PDF-1") for n in range(files.MAX_FILES + 1)]
    with pytest.raises(Invalid):
        files.check_all(many)


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../etc/x.pdf", "x.pdf"),
        ("C:\\a\\b.pdf", "b.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie: x.pdf"),
        ("报告\u202efdp.exe", "报告fdp.exe"),
        ("长" * 300 + ".pdf", "长" * 100 + ".pdf"),
    ],
)
def test_shown_names_are_harmless(given, shown):
    assert files.shown_name(given) == shown


def test_a_refused_file_leaves_no_trace_of_the_step(loop):
    issue = loop.issue_in("in_progress")
    events = IssueEvent.objects.count()
    both = [SimpleUploadedFile("a.pdf", GOOD["a.pdf"]), SimpleUploadedFile("b.exe", b"MZ")]
    with pytest.raises(Invalid) as refused:
        loop.do(issue, "resolve", attachments=both)
    assert "b.exe" in refused.value.errors["attachments"][0]
    issue.refresh_from_db()
    assert (issue.status, IssueEvent.objects.count()) == ("in_progress", events)
    assert not Attachment.objects.exists()


def test_stored_under_a_random_name_with_its_fingerprint(loop, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    issue = loop.submit(attachments=[SimpleUploadedFile("停电照片.pdf", GOOD["a.pdf"])])
    row = issue.attachments.get()
    assert row.name == "停电照片.pdf"
    assert "停电" not in row.file.name
    assert row.file.read() == GOOD["a.pdf"]
    assert (row.size, len(row.sha256), row.public) == (10, 64, True)
