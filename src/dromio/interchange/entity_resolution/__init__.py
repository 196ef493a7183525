"""AWS Entity Resolution: rule-based matching workflows and their schema mappings, read as models."""

from dromio.interchange.entity_resolution.importing import import_workflow

__all__ = ["import_workflow"]
