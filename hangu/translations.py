"""The English catalogue without gettext's programs: extract, compare, write and compile with Babel.

Message ids are Chinese; locale/en/LC_MESSAGES/django.po holds their English. Only the .po is kept
in the repository; the .mo is compiled from it when it is older.
"""

import io
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from babel.messages import Catalog
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

KEYWORDS = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop"), None),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}
OUTSIDE = {"tests", "var", "node_modules", "staticfiles", "bench", "docs", "migrations"}
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|(?<!\{)\{(\w*)[^{}]*\}(?!\})")


@dataclass(frozen=True)
class Message:
    id: str | tuple
    context: str | None = None

    def __str__(self):
        text = self.id if isinstance(self.id, str) else " / ".join(self.id)
        return f"{self.context}: {text}" if self.context else text


def catalogue_path(base):
    return base / "locale" / "en" / "LC_MESSAGES" / "django.po"


def sources(base, suffixes):
    """The portal's own files with these endings, in a stable order."""
    for path in sorted(base.rglob("*")):
        parts = path.relative_to(base).parts
        if path.suffix in suffixes and not OUTSIDE.intersection(parts):
            if not any(part.startswith(".") for part in parts):
                yield path


def messages_of(path):
    """Yields (line, Message) of a .py file, or of a template."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        # What is no message becomes rows of X, whose indentation would confuse Python's tokenizer.
        text = re.sub(r"(?m)^[ \t]+", "", templatize(text, origin=str(path)))
    for line, function, found, _comments in extract_python(
        io.BytesIO(text.encode()), list(KEYWORDS), (), {"encoding": "utf-8"}
    ):
        found = found if isinstance(found, tuple) else (found,)
        context, found = (
            (found[0], found[1:]) if function.startswith(("p", "np")) else (None, found)
        )
        wanted = 2 if "n" in function.partition("gettext")[0] else 1
        ids = found[:wanted]
        if len(ids) == wanted and all(isinstance(text, str) and text for text in ids):
            yield line, Message(ids if wanted == 2 else ids[0], context)


def extract(base):
    """{Message: [where]} of everything marked in Python and templates; singular and plural join."""
    found = {}
    for path in sources(base, {".py", ".html", ".txt"}):
        if path.suffix != ".py" and "templates" not in path.parts:
            continue
        for line, message in messages_of(path):
            found.setdefault(message, []).append(f"{path.relative_to(base)}:{line}")
    plurals = {message.id[0] for message in found if not isinstance(message.id, str)}
    # gettext keys a plural message by its singular: both forms are one entry.
    return {message: where for message, where in found.items() if message.id not in plurals}


def read(path):
    if not path.exists():
        return Catalog(locale="en", domain="django")
    with path.open("rb") as file:
        return read_po(file, locale="en", domain="django")


def entries(catalog):
    """{Message: babel's message} of a catalogue without its header."""
    return {Message(entry.id, entry.context): entry for entry in catalog if entry.id}


def placeholders(text):
    """{"%name", "{name"}: the two notations are told apart."""
    found = PLACEHOLDER.findall(text)
    return {f"%{percent}" if percent else f"{{{brace}" for percent, brace in found}


def fault_of(message, entry):
    """What is wrong with a translation, in a word or two; None when it is sound."""
    if entry.fuzzy:
        return "fuzzy"
    texts = [entry.string] if isinstance(entry.string, str) else list(entry.string)
    if not texts or not all(texts):
        return "not translated"
    ids = [message.id] if isinstance(message.id, str) else list(message.id)
    wanted = set().union(*map(placeholders, ids))
    for form, text in enumerate(texts):
        given = placeholders(text)
        # "one issue" may leave the number out; the other forms may not.
        if given - wanted or (wanted - given and (form or len(texts) == 1)):
            return f"placeholders differ: {sorted(wanted)} and {sorted(given)}"
    return None


def faults(base):
    """[(what is wrong, message, where)] between the sources and the catalogue."""
    wanted, catalog = extract(base), read(catalogue_path(base))
    known = entries(catalog)
    found = [
        ("missing", message, where) for message, where in wanted.items() if message not in known
    ]
    for message, entry in known.items():
        if message not in wanted:
            found.append(("obsolete", message, []))
        elif fault := fault_of(message, entry):
            found.append((fault, message, wanted[message]))
    found += [
        ("obsolete", Message(entry.id, entry.context), []) for entry in catalog.obsolete.values()
    ]
    return sorted(found, key=lambda fault: (fault[0], str(fault[1])))


def update(base, others=()):
    """Rewrite the catalogue: exactly the messages in use, sorted, without places.

    A missing translation is looked for in `others` (paths of .po files), or left empty.
    """
    path = catalogue_path(base)
    known = [entries(read(source)) for source in (path, *others)]
    fresh = Catalog(locale="en", domain="django", project="hangu-portal", fuzzy=False)
    # Constant dates: the file changes only when a message does.
    fresh.creation_date = fresh.revision_date = datetime(2026, 1, 1, tzinfo=UTC)
    for message in extract(base):
        candidates = [source[message] for source in known if message in source]
        sound = next((entry for entry in candidates if not fault_of(message, entry)), None)
        chosen = sound or (candidates[0] if candidates else None)
        flags = {"fuzzy"} if chosen is not None and chosen.fuzzy else set()
        fresh.add(
            message.id, chosen.string if chosen else None, context=message.context, flags=flags
        )
    fresh.header_comment = "# English translations; the message ids are the Chinese originals."
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, fresh, no_location=True, sort_output=True, width=100)


def compile_catalogue(base):
    """Write django.mo when it is older than django.po; True when it was written."""
    source = catalogue_path(base)
    target = source.with_suffix(".mo")
    if not source.exists():
        return False
    if target.exists() and target.stat().st_mtime_ns > source.stat().st_mtime_ns:
        return False
    # Written aside and renamed: web, worker and tests may read it at this moment.
    fresh = target.with_suffix(".mo.new")
    with fresh.open("wb") as file:
        write_mo(file, read(source))
    fresh.replace(target)
    return True
