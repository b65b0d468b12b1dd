"""Files are checked a few at a time: each takes memory and a processor, and pages need both too."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from xinheng.faces.web.errors import CrowdedDeskError


class Turns:
    """At most `at_once` at a time; who waits longer than `patience` seconds is asked to come back."""

    def __init__(self, at_once: int = 2, patience: int = 60) -> None:
        self._places = threading.BoundedSemaphore(at_once)
        self._patience = patience

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a place and hold it. Raises CrowdedDeskError."""
        if not self._places.acquire(timeout=self._patience):
            raise CrowdedDeskError(
                found=f"{self._patience} 秒内没有轮到",
                expected="前面的文件校核完毕",
                todo="过几分钟再提交；上传的文件还在，不用重新选择",
            )
        try:
            yield
        finally:
            self._places.release()
