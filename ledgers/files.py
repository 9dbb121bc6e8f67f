"""Uploaded files: extension, signature and container content must agree; stored under a random
name, and handed out again as downloads only.
"""

import hashlib
import unicodedata
import uuid
import zipfile
from dataclasses import dataclass
from pathlib import PurePosixPath

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.http import FileResponse, Http404
from django.utils.translation import gettext as _

MAX_FILES = 10
MAX_BYTES = 20 * 1024 * 1024
MAX_MEMBERS, MAX_RATIO, MAX_UNPACKED = 2000, 100, 200 * 1024 * 1024
OFFICE = {"docx": "word/", "xlsx": "xl/", "pptx": "ppt/", "ofd": "OFD.xml", "zip": ""}
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
SIGNATURES = {
    "pdf": (b"%PDF-",),
    "jpg": (b"\xff\xd8\xff",),
    "jpeg": (b"\xff\xd8\xff",),
    "png": (b"\x89PNG\r\n\x1a\n",),
    "doc": (OLE,),
    "xls": (OLE,),
    "ppt": (OLE,),
    "wps": (OLE,),
    "et": (OLE,),
    "txt": (b"",),
    **dict.fromkeys(OFFICE, (b"PK\x03\x04",)),
}
ACCEPT = ",".join(f".{extension}" for extension in sorted(SIGNATURES))


@dataclass(frozen=True)
class CheckedFile:
    stored: File
    name: str
    size: int
    sha256: str


def check_all(uploads):
    """[CheckedFile]; raises ValidationError with a sentence for every file that is refused."""
    uploads = list(uploads or ())
    refused, checked = [], []
    if len(uploads) > MAX_FILES:
        refused.append(_("一次最多上传%(count)d个文件。") % {"count": MAX_FILES})
    for upload in uploads[:MAX_FILES]:
        name = shown_name(upload.name)
        if problem := problem_of(upload, name):
            refused.append(_("文件“%(name)s”：%(problem)s") % {"name": name, "problem": problem})
        else:
            checked.append(_checked(upload, name))
    if refused:
        raise ValidationError(refused)
    return checked


def shown_name(given):
    """The name without folders, control characters and direction marks, at most 120 characters."""
    name = str(given).replace("\\", "/").rsplit("/", 1)[-1]
    name = "".join(character for character in name if unicodedata.category(character)[0] != "C")
    stem, dot, extension = name.rpartition(".")
    return (stem or extension)[:100] + (dot + extension[:10] if stem else "")


def problem_of(upload, name):
    """Why a file is refused, as a sentence; None when it is what it says."""
    extension = PurePosixPath(name).suffix.lower().lstrip(".")
    if extension not in SIGNATURES:
        return _("不支持这种格式，请上传 PDF、图片、Word、Excel、PPT、WPS、OFD、TXT 或 ZIP。")
    if upload.size > MAX_BYTES:
        return _("超过%(limit)dMB，请压缩或分次上传。") % {"limit": MAX_BYTES // 1024 // 1024}
    if not upload.size:
        return _("是空文件，请重新选择。")
    upload.seek(0)
    head = upload.read(4096)
    if not any(head.startswith(signature) for signature in SIGNATURES[extension]):
        return _("内容与扩展名不符，请用原软件另存后再上传。")
    if extension == "txt" and b"\x00" in head:
        return _("内容与扩展名不符，请用原软件另存后再上传。")
    return _container_problem(upload, extension) if extension in OFFICE else None


class TooManyMembers(Exception):
    pass


class Listing:
    """An archive as zipfile reads it to list its members; raises TooManyMembers before they are
    parsed.

    zipfile goes by the directory's bytes and not by the count that stands beside them, so what is
    counted is what it would parse: each member begins with the signature. So also for ZIP64.
    """

    MEMBER = b"PK\x01\x02"

    def __init__(self, file):
        self.seek, self.tell, self._read = file.seek, file.tell, file.read

    def read(self, size=-1):
        found = self._read(size)
        if found.count(self.MEMBER) > MAX_MEMBERS:
            raise TooManyMembers
        return found


def _container_problem(upload, extension):
    too_large = _("解压后过大，不能接收。")
    try:
        members = zipfile.ZipFile(Listing(upload)).infolist()
    except TooManyMembers:
        return too_large
    except (zipfile.BadZipFile, ValueError, EOFError, NotImplementedError, OverflowError):
        return _("压缩包已损坏，请重新生成后上传。")
    unpacked = sum(member.file_size for member in members)
    if unpacked > MAX_UNPACKED or unpacked > MAX_RATIO * upload.size:
        return too_large
    names = [member.filename for member in members]
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        return _("含有宏，请另存为不含宏的文件。")
    if extension != "zip" and not any(name.startswith(OFFICE[extension]) for name in names):
        return _("内容与扩展名不符，请用原软件另存后再上传。")
    return None


def _checked(upload, name):
    digest = hashlib.sha256()
    upload.seek(0)
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    stored = File(upload, name=f"{uuid.uuid4().hex}{PurePosixPath(name).suffix.lower()}")
    return CheckedFile(stored, name, upload.size, digest.hexdigest())


def download(file_field, name):
    """The stored file under the name it is shown by, always as a download: nothing of it runs or
    is shown on the portal's own address. Raises Http404 when there is none, or none any more.
    """
    # open() of an empty field is a ValueError, which would answer 500.
    if not file_field:
        raise Http404
    try:
        content = file_field.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(
        content, as_attachment=True, filename=name, content_type="application/octet-stream"
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return response
