"""The checks themselves are told in tests/issues/test_files.py; here is how this room answers."""

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models.fields.files import FieldFile, FileField
from django.http import Http404

from ledgers.files import check_all, download


def test_every_refused_file_has_its_sentence():
    uploads = [
        SimpleUploadedFile("a.pdf", b"%PDF-1"),
        SimpleUploadedFile("100%.exe", b"MZ"),
        SimpleUploadedFile("c.pdf", b""),
    ]
    with pytest.raises(ValidationError) as refused:
        check_all(uploads)
    first, second = refused.value.messages
    assert "100%.exe" in first
    assert "c.pdf" in second


def test_what_is_taken_has_a_random_name_and_a_fingerprint():
    (checked,) = check_all([SimpleUploadedFile("批文.PDF", b"%PDF-1")])
    assert (checked.name, checked.size, len(checked.sha256)) == ("批文.PDF", 6, 64)
    assert checked.stored.name.endswith(".pdf")
    assert "批文" not in checked.stored.name


@pytest.fixture
def stored(tmp_path):
    """stored("x.txt"): the file field of a row that holds this path."""
    field = FileField(storage=FileSystemStorage(tmp_path))
    field.storage.save("x.txt", ContentFile(b"<script>"))
    return lambda name: FieldFile(None, field, name)


def test_a_file_leaves_as_a_download(stored):
    response = download(stored("x.txt"), "批文.html")
    assert b"".join(response.streaming_content) == b"<script>"
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"].startswith("attachment; filename*=utf-8''%E6%89%B9")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("name", ["gone.txt", "", None])
def test_a_file_that_is_not_there_is_not_found(stored, name):
    with pytest.raises(Http404):
        download(stored(name), "x.txt")
