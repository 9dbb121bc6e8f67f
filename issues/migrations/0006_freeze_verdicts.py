"""Gives every promise already on record its department, round and frozen verdict, from the history."""

from django.db import migrations

EARLY = ("declined", "merged", "withdrawn")
PUT_OFF = {"decide_extension": "extension", "decide_tracking": "tracking"} | {
    "report_tracking": "tracking"
}


def freeze(apps, schema_editor):
    commitment = apps.get_model("issues", "Commitment")
    departments = dict(apps.get_model("directory", "Department").objects.values_list("code", "pk"))
    issues = apps.get_model("issues", "Issue").objects.prefetch_related("events", "commitments")
    for issue in issues.order_by("pk").iterator(chunk_size=200):
        held = _held(issue, departments)
        ended_early = max(event.at for event in issue.events.all()) if issue.events.all() else None
        rows = sorted(issue.commitments.all(), key=lambda row: (row.clock, row.version))
        for row, after in zip(rows, [*rows[1:], None], strict=True):
            cause = held["events"][row.cause_id]
            row.begun_at, row.round = cause.at, held["rounds"][row.cause_id]
            row.department_id = held["departments"][row.cause_id]
            row.put_off_by = PUT_OFF.get(cause.action, "") if row.fixed_on else ""
            following = after if after is not None and after.clock == row.clock else None
            _judge(row, following, issue, held, ended_early)
        commitment.objects.bulk_update(
            rows, ["begun_at", "round", "department", "put_off_by", "ended_at", "verdict"]
        )
        _ratings(issue, rows, held)


def _held(issue, departments):
    """Who led, and which round it was, at each event."""
    lead, number = None, 1
    found = {"events": {}, "departments": {}, "rounds": {}, "by_round": {}}
    for event in sorted(issue.events.all(), key=lambda row: row.version):
        code = event.data.get("lead_department")
        moved = event.action in ("assign", "reassign") or event.data.get("decision") == "uphold"
        if moved and code in departments:
            lead = departments[code]
        if event.action == "reopen" or event.data.get("rating") == "dissatisfied":
            number += 1
        found["events"][event.pk], found["departments"][event.pk] = event, lead
        found["rounds"][event.pk] = number
        found["by_round"][number] = lead
    return found


def _judge(row, following, issue, held, ended_early):
    if row.met_at:
        early = issue.status in EARLY and row.met_at >= ended_early
        row.ended_at = row.met_at
        row.verdict = "void" if early else "on_time" if row.met_at <= row.due_at else "late"
    elif following is not None:
        cause = held["events"][following.cause_id]
        same = row.department_id == held["departments"][following.cause_id]
        same = same or row.clock == "promise"
        row.ended_at, row.verdict = cause.at, "replaced" if same else "handed_over"
        if cause.action == "rule_return" and not same:
            row.verdict = "returned"
    elif issue.status in EARLY:
        row.ended_at, row.verdict = ended_early, "void"
    elif row.clock == "contact" and issue.resolved_at:
        row.met_at = row.ended_at = issue.resolved_at
        row.verdict = "on_time" if row.met_at <= row.due_at else "late"


def _ratings(issue, rows, held):
    for rating in issue.ratings.all():
        work = [row for row in rows if row.clock == "unit" and row.round == rating.round]
        if work:
            rating.due_at, rating.department_id = work[-1].due_at, work[-1].department_id
        if rating.rating == "dissatisfied":
            rating.solved = False
        elif rating.rating != "not_rated":
            # An earlier round's outcome is in its event; the present one stands on the issue.
            resolved = [e for e in issue.events.all() if e.action == "resolve"]
            before = [e for e in resolved if held["rounds"][e.pk] == rating.round]
            rating.solved = bool(before) and before[-1].data.get("outcome") == "solved"
        rating.save(update_fields=["due_at", "department", "solved"])


class Migration(migrations.Migration):
    dependencies = [("issues", "0005_supervision")]
    operations = [migrations.RunPython(freeze, migrations.RunPython.noop)]
