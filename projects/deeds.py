"""What can be done to a project, as one table: address, form, right (stages.DEEDS) and whether the
address names something of the project (a stage, a milestone, an item, a month).
"""

from dataclasses import dataclass

from projects.forms import documents, permitting, planning, reporting, services, visiting
from projects.forms.fields import DeedForm


@dataclass(frozen=True)
class Deed:
    right: str
    form: type[DeedForm]
    keyed: bool = False


DEEDS = {
    "edit": Deed("edit", services.ProjectForm),
    "move": Deed("move", services.MoveForm, keyed=True),
    "override": Deed("override", services.OverrideForm, keyed=True),
    "review_pause": Deed("review_pause", services.ReviewPauseForm),
    "documents": Deed("documents", documents.DocumentsForm),
    "mature": Deed("mature", documents.MaturityForm),
    "plot": Deed("edit", documents.PlotForm),
    "plan": Deed("plan", planning.PlanForm, keyed=True),
    "milestones": Deed("milestones", planning.MilestonesForm),
    "actual": Deed("actuals", planning.ActualForm, keyed=True),
    "change": Deed("request_change", planning.ChangeForm, keyed=True),
    "decide": Deed("decide_change", planning.DecideForm, keyed=True),
    "approval": Deed("approvals", permitting.ApprovalForm, keyed=True),
    "stop": Deed("approvals", permitting.StopForm, keyed=True),
    "resume": Deed("approvals", permitting.ResumeForm, keyed=True),
    "report": Deed("report", reporting.ReportForm, keyed=True),
    "verify": Deed("verify", reporting.VerifyForm, keyed=True),
    "return": Deed("verify", reporting.ReturnForm, keyed=True),
    "correct": Deed("report", reporting.CorrectForm, keyed=True),
    "discard": Deed("report", reporting.DiscardForm, keyed=True),
    "sponsor": Deed("sponsor", visiting.SponsorForm),
    "visit": Deed("visit", visiting.VisitForm),
}
