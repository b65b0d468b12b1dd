"""Background work: what is queued runs here, beside the web server or as a process of its own."""

from xinheng.faces.jobs.worker import Pace, working

__all__ = ["Pace", "working"]
