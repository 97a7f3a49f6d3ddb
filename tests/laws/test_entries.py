"""Every entry of the catalogue is a law, a rule, code or a note; none is left out in silence."""

from __future__ import annotations

import pytest

from isoflop.laws.catalogue import all_members
from isoflop.laws.entries import Entry, Note, entries, notes


@pytest.mark.parametrize("entry", entries(), ids=lambda entry: entry.id)
def test_entry_is_present(entry: Entry) -> None:
    assert entry.status != "MISSING", f"{entry.id} {entry.title} is nowhere."


@pytest.mark.parametrize("note", notes().values(), ids=lambda note: note.entry)
def test_note_names_code_that_exists(note: Note) -> None:
    assert not note.missing(), f"{note.entry}: no such code: {', '.join(note.missing())}"
    assert note.code or note.facts, f"{note.entry}: says nothing."


def test_laws_and_notes_name_known_entries() -> None:
    known = {entry.id for entry in entries()}
    named = {e for m in all_members() for e in (m.entry, *m.also) if e} | set(notes())
    assert named <= known, f"unknown entries: {sorted(named - known)}"
