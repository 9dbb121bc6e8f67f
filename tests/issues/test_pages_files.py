"""Downloading an attachment: who may, and in what dress it leaves."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from issues.models import Attachment

pytestmark = pytest.mark.django_db
HTML = b"<script>alert(1)</script>"


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def attach(loop, issue_in):
    """attach("public"): an attachment of a progress note of that visibility."""

    def make(visibility, name="现场 记录.txt"):
        issue = issue_in("in_progress")
        upload = SimpleUploadedFile(name, HTML)
        loop.do(issue, "update", visibility=visibility, attachments=[upload])
        return Attachment.objects.latest("pk")

    return make


def get(client, user, attachment):
    client.force_login(user)
    return client.get(f"/issues/files/{attachment.pk}/")


def test_a_file_leaves_as_a_download_under_its_own_name(client, attach, handler):
    response = get(client, handler, attach("internal"))
    assert b"".join(response.streaming_content) == HTML
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"] == (
        "attachment; filename*=utf-8''%E7%8E%B0%E5%9C%BA%20%E8%AE%B0%E5%BD%95.txt"
    )
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    assert "no-store" in response["Cache-Control"]


def test_the_enterprise_gets_public_files_only(client, attach, enterprise):
    assert get(client, enterprise, attach("public")).status_code == 200
    assert get(client, enterprise, attach("internal")).status_code == 404


def test_others_find_nothing(client, attach, outsider, planner, security):
    attachment = attach("public")
    for user in (outsider, planner, security):
        assert get(client, user, attachment).status_code == 404
    client.logout()
    assert client.get(f"/issues/files/{attachment.pk}/").status_code == 302


def test_the_auditor_reads_every_file(client, attach, auditor):
    assert get(client, auditor, attach("internal")).status_code == 200


def test_a_file_lost_from_the_disk_is_not_found(client, attach, handler):
    attachment = attach("public")
    attachment.file.storage.delete(attachment.file.name)
    assert get(client, handler, attachment).status_code == 404
