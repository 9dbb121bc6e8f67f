"""The SQL behind api/sync.py: triggers that log changes, for PostgreSQL and SQLite.

PostgreSQL logs a statement at once, from its transition tables; SQLite row by row. Both read
nothing but the written row, except the parent's name where a child's rows are told as gone.
"""

from api.models import Change

LOG = Change._meta.db_table
COLUMNS = 'kind, "row", at, logged, gone, name, scope'
EVENTS = ("INSERT", "UPDATE", "DELETE")


def trigger_sql(vendor):
    return {"postgresql": Postgres, "sqlite": Sqlite}[vendor]()


class Sql:
    """`new` and `old` are how the written row is called, `json` builds an object."""

    new, old, json, false, true = "NEW", "OLD", "json_object", "0", "1"
    # To the millisecond, so up: nothing is logged before it happens.
    now = "strftime('%Y-%m-%d %H:%M:%f', 'now', '+0.001 seconds')"

    def statements(self, model, notes):
        """Everything to execute for one table."""
        table = model._meta.db_table
        found = list(self.drop(table))
        for event in EVENTS:
            inserts = [text for note in notes for text in getattr(self, event.lower())(model, note)]
            found += self.trigger(table, event, inserts)
        return found

    def insert(self, model, note):
        return [self.changed(model, note, self.new, self.clock(model, note, self.new))]

    def update(self, model, note):
        by, new, old = column(model, note.by), self.new, self.old
        at = self.clock(model, note, new)
        if note.clock:
            name = column(model, note.clock)
            # A write that leaves the clock standing is dated by `logged`.
            at = f"CASE WHEN {self.differ(f'{new}.{name}', f'{old}.{name}')} THEN {at} END"
        found = [self.changed(model, note, new, at)]
        if note.by != "id":
            moved = self.differ(f"{new}.{by}", f"{old}.{by}")
            found.append(self.changed(model, note, old, "NULL", moved))
        if note.name and note.scope:
            pairs = [(f"{new}.{c}", f"{old}.{c}") for _n, c in scope(model, note)]
            handed = " OR ".join(self.differ(*pair) for pair in pairs)
            found.append(self.lost(model, note, handed))
        return found

    def delete(self, model, note):
        if note.name:
            return [self.lost(model, note, "")]
        return [self.changed(model, note, self.old, "NULL")]

    def clock(self, model, note, row):
        return f"{row}.{column(model, note.clock)}" if note.clock else "NULL"

    def changed(self, model, note, row, at, when=""):
        by = f"{row}.{column(model, note.by)}"
        values = f"'{note.kind}', {by}, {at}, {self.now}, {self.false}, '', NULL"
        return self.select(values, row, [f"{by} IS NOT NULL", when])

    def lost(self, model, note, when):
        """Whoever saw the old row has it no more."""
        old, by = self.old, column(model, note.by)
        pairs = ", ".join(f"'{name}', {old}.{c}" for name, c in scope(model, note))
        kept = f"{self.json}({pairs})" if pairs else "NULL"
        name = self.name(model, note)
        values = f"'{note.kind}', {old}.{by}, NULL, {self.now}, {self.true}, {name}, {kept}"
        return self.select(values, old, [when])

    def name(self, model, note):
        if isinstance(note.name, str):
            return f"CAST({self.old}.{column(model, note.name)} AS varchar(40))"
        of, key = note.name
        parent = model._meta.get_field(key).related_model
        return (
            f"COALESCE((SELECT {column(parent, of)} FROM {parent._meta.db_table}"
            f" WHERE id = {self.old}.{column(model, key)}), '')"
        )

    def backfill(self, model, note):
        """Logs rows that no trigger has seen, as changed when they say they were."""
        table, at = model._meta.db_table, self.clock(model, note, "t")
        logged = f"SELECT 1 FROM {LOG} c WHERE c.kind = '{note.kind}' AND c.\"row\" = t.id"
        values = f"'{note.kind}', t.id, {at}, {self.now}, {self.false}, '', NULL"
        return (
            f"INSERT INTO {LOG} ({COLUMNS}) SELECT {values} FROM {table} t"
            f" WHERE NOT EXISTS ({logged})"
        )


class Postgres(Sql):
    new, old, json, false, true = "n", "o", "jsonb_build_object", "false", "true"
    now = "clock_timestamp()"
    source = None
    REFERENCES = {
        "INSERT": "NEW TABLE AS fresh",
        "UPDATE": "OLD TABLE AS former NEW TABLE AS fresh",
        "DELETE": "OLD TABLE AS former",
    }

    def differ(self, one, other):
        return f"{one} IS DISTINCT FROM {other}"

    def update(self, model, note):
        # Both tables of the statement, its rows side by side.
        self.source = "fresh n JOIN former o ON n.id = o.id"
        try:
            return super().update(model, note)
        finally:
            self.source = None

    def select(self, values, row, conditions):
        source = self.source or ("fresh n" if row == "n" else "former o")
        where = " AND ".join(f"({text})" for text in conditions if text)
        where = f" WHERE {where}" if where else ""
        return f"INSERT INTO {LOG} ({COLUMNS}) SELECT {values} FROM {source}{where};"

    def trigger(self, table, event, inserts):
        name = trigger_name(table, event)
        body = "\n".join(inserts)
        return [
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN {body} RETURN NULL; END $$",
            f"CREATE TRIGGER {name} AFTER {event} ON {table}"
            f" REFERENCING {self.REFERENCES[event]}"
            f" FOR EACH STATEMENT EXECUTE FUNCTION {name}()",
        ]

    def drop(self, table):
        for event in EVENTS:
            yield f"DROP TRIGGER IF EXISTS {trigger_name(table, event)} ON {table}"


class Sqlite(Sql):
    def differ(self, one, other):
        return f"{one} IS NOT {other}"

    def select(self, values, row, conditions):
        where = " AND ".join(f"({text})" for text in conditions if text)
        where = f" WHERE {where}" if where else ""
        return f"INSERT INTO {LOG} ({COLUMNS}) SELECT {values}{where};"

    def trigger(self, table, event, inserts):
        body = " ".join(inserts)
        name = trigger_name(table, event)
        return [f"CREATE TRIGGER {name} AFTER {event} ON {table} BEGIN {body} END"]

    def drop(self, table):
        for event in EVENTS:
            yield f"DROP TRIGGER IF EXISTS {trigger_name(table, event)}"


def trigger_name(table, event):
    return f"changes_of_{table}_{event.lower()}"


def column(model, name):
    return model._meta.pk.column if name == "id" else model._meta.get_field(name).column


def scope(model, note):
    return [(name, column(model, name)) for name in note.scope]
