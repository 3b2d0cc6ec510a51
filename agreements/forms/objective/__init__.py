"""The form of one objective, of whatever kind: its fields, and how they stand in the document."""

from agreements.forms.objective.form import FirstObjectiveForm, ObjectiveForm

__all__ = ["FirstObjectiveForm", "ObjectiveForm"]
