"""The library of agreement and clause templates: data files in both languages, filled by a form."""

from agreements.library.catalogue import Entry, Field, entries, entry_get
from agreements.library.filling import Insertion, insertion, terms_of

__all__ = ["Entry", "Field", "Insertion", "entries", "entry_get", "insertion", "terms_of"]
