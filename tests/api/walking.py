"""A client that keeps its own copy of a list by `updated_since`, as docs/api.md tells it to."""


class Puller:
    """`copy` is {key: row}; `seen` counts how often each key came in the last walk."""

    def __init__(self, caller, path, key="number", page_size=3):
        self.caller, self.path, self.key, self.size = caller, path, key, page_size
        self.until, self.copy, self.seen = "2000-01-01T00:00:00Z", {}, {}

    def walk(self):
        """One walk to its end; returns {key: "row" or "gone"} of what came."""
        self.seen, found = {}, {}
        page = self._get(self.path, {"updated_since": self.until, "page_size": self.size})
        while True:
            for row in page["results"]:
                name = row[self.key]
                self.seen[name] = self.seen.get(name, 0) + 1
                found[name] = "gone" if row.get("deleted") else "row"
                if row.get("deleted"):
                    self.copy.pop(name, None)
                else:
                    self.copy[name] = row
            if not page["next"]:
                self.until = page["until"]
                return found
            page = self._get(page["next"])

    def _get(self, path, query=None):
        answer = self.caller.get(path, query)
        assert answer.status_code == 200, answer.content
        return answer.json()
