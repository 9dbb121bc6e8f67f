"""Papers and photographs of a project: evidence of dates, permits, reports and visits."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from ledgers import files
from projects import choices
from projects.managers import DocumentQuerySet


class Document(models.Model):
    """A file, for readers from the inside only. Stored under a random name."""

    project = models.ForeignKey("projects.KeyProject", models.CASCADE, related_name="documents")
    kind = models.CharField(_("材料类别"), max_length=14, choices=choices.DOCUMENT)
    milestone = models.ForeignKey(
        "projects.Milestone", models.CASCADE, null=True, blank=True, related_name="documents"
    )
    step = models.ForeignKey(
        "projects.ApprovalStep", models.CASCADE, null=True, blank=True, related_name="documents"
    )
    report = models.ForeignKey(
        "projects.ProgressReport", models.CASCADE, null=True, blank=True, related_name="documents"
    )
    visit = models.ForeignKey(
        "projects.SponsorVisit", models.CASCADE, null=True, blank=True, related_name="documents"
    )
    file = models.FileField(upload_to="projects/%Y/%m", max_length=200)
    name = models.CharField(_("文件名"), max_length=200)
    size = models.PositiveIntegerField(_("大小（字节）"))
    sha256 = models.CharField(max_length=64)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    added_at = models.DateTimeField(_("上传时间"), auto_now_add=True)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("项目材料")
        ordering = ["pk"]
        indexes = [models.Index(fields=["project", "kind"], name="document_kind")]

    def __str__(self):
        return self.name


def keep(project, user, uploads, kind, **owner):
    """Checks uploads and stores them as the project's papers; returns the rows. `owner` names what
    they belong to: milestone, step, report or visit. Raises ValidationError on `attachments`.
    """
    try:
        checked = files.check_all(uploads)
    except ValidationError as error:
        raise ValidationError({"attachments": error.messages}) from error
    return [
        Document.objects.create(
            project=project,
            kind=kind,
            file=file.stored,
            name=file.name,
            size=file.size,
            sha256=file.sha256,
            added_by=user,
            **owner,
        )
        for file in checked
    ]
