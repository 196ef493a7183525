"""AWS Entity Resolution: rule-based matching workflows and their schema mappings, read as models and written."""

from dromio.interchange.entity_resolution.exporting import export_workflow
from dromio.interchange.entity_resolution.importing import import_workflow

__all__ = ["export_workflow", "import_workflow"]
