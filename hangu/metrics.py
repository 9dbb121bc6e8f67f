"""The figures of the health panel as Prometheus metrics."""

from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily

from notifications.models import Attempt, Delivery, Heartbeat


class Collector:
    def __init__(self, state, jobs, now):
        self.state, self.jobs, self.now = state, jobs, now

    def collect(self):
        yield self._up()
        yield from self._queue()
        yield from self._timers()

    def _up(self):
        up = GaugeMetricFamily("hangu_up", "1 when this part works", labels=["part"])
        for name, part in self.state.items():
            up.add_metric([name], float(part["ok"]))
        return up

    def _queue(self):
        rows = GaugeMetricFamily(
            "hangu_deliveries", "Deliveries by channel and state", labels=["channel", "state"]
        )
        for channel, state, count in Delivery.objects.counted():
            rows.add_metric([channel, state], count)
        yield rows
        tries = GaugeMetricFamily("hangu_attempts", "Tries by outcome", labels=["outcome"])
        for outcome, count in Attempt.counted():
            tries.add_metric([outcome], count)
        yield tries
        oldest = self.state["backlog"]["oldest_seconds"]
        yield GaugeMetricFamily("hangu_oldest_due_seconds", "Age of the oldest due one", oldest)

    def _timers(self):
        age = GaugeMetricFamily(
            "hangu_timer_age_seconds", "Since a timed task last began", labels=["task"]
        )
        well = GaugeMetricFamily("hangu_timer_ok", "1 when its last run was well", labels=["task"])
        for job in self.jobs:
            if job["last"]:
                age.add_metric([job["task"]], (self.now - job["last"].started_at).total_seconds())
                well.add_metric([job["task"]], float(job["last"].ok))
        yield age
        yield well
        seen = GaugeMetricFamily(
            "hangu_heartbeat_age_seconds", "Since a part was last seen", labels=["part"]
        )
        for name, at in Heartbeat.objects.values_list("name", "at"):
            seen.add_metric([name], (self.now - at).total_seconds())
        yield seen


def registry(state, jobs, now):
    """A registry of this moment's figures, to be written out once."""
    found = CollectorRegistry()
    found.register(Collector(state, jobs, now))
    return found
