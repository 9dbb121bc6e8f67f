"""Files are what they say, or the step is refused and nothing is stored."""

import io
import struct
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


def directory(count, *, declared=None, zip64=False, version=20):
    """What an archive of `count` files ends with; `declared` is how many it says it has."""
    values = (b"PK\x01\x02", version, version, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0)
    fixed = struct.pack("<4s6H3L5H2L", *values)
    body = b"PK\x03\x04" + (fixed + b"x") * count
    size, said = len(body) - 4, count if declared is None else declared
    if zip64:
        end64 = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, said, said, size, 4)
        body += end64 + struct.pack("<4sLQL", b"PK\x06\x07", 0, len(body), 1)
        said, size = 0xFFFF, 0xFFFFFFFF
    return body + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, said, said, size, 4, 0)


@pytest.mark.parametrize("zip64", [False, True])
@pytest.mark.parametrize("declared", [None, 1])
def test_too_many_members_are_refused_before_any_is_parsed(monkeypatch, zip64, declared):
    count = files.MAX_MEMBERS + 1
    data = directory(count, declared=declared, zip64=zip64)
    upload = SimpleUploadedFile("many.zip", data)
    assert len(zipfile.ZipFile(io.BytesIO(data)).infolist()) == count

    def parsed(*args):
        raise AssertionError("a member was parsed")

    monkeypatch.setattr(zipfile, "ZipInfo", parsed)
    assert "解压后过大" in files.problem_of(upload, "many.zip")


@pytest.mark.parametrize("zip64", [False, True])
def test_as_many_members_as_are_allowed(zip64):
    data = directory(files.MAX_MEMBERS, zip64=zip64)
    assert files.problem_of(SimpleUploadedFile("many.zip", data), "many.zip") is None


def test_a_directory_from_the_future_is_a_refusal_and_no_error():
    upload = SimpleUploadedFile("future.zip", directory(1, version=99))
    assert "已损坏" in files.problem_of(upload, "future.zip")


def test_too_large_and_too_many(monkeypatch):
    monkeypatch.setattr("ledgers.files.MAX_BYTES", 100)
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
