"""The offline HTML report of a run, and its charts for notebooks (`dromio.report.charts`)."""

from dromio.report.page import write_report

__all__ = ["write_report"]
