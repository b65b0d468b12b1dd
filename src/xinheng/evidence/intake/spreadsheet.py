"""Workbooks (XLSX, XLSB, XLS, ET, ODS): read in a child process with limits on memory and time.

The child (`spreadsheet_child`) gets one JSON job on its input, writes the staged Parquet file into the
submission's folder and answers with one JSON line. A workbook that needs more than its share ends the
child, not the platform (decision 25: a 1.5 MB file took 2.35 GB).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from xinheng.core.errors import XinhengError
from xinheng.evidence.intake import encoding, model_refusals
from xinheng.evidence.intake.headers import Dictionary
from xinheng.evidence.intake.model import ColumnPlan, FileRefusedError, Limits, Staged
from xinheng.evidence.intake.model_refusals import DamagedWorkbookError, TooHeavyError
from xinheng.evidence.intake.readers_staged import staged_select

_MODULE = "xinheng.evidence.intake.spreadsheet_child"


def stage_workbook(
    path: Path, folder: Path, known: Dictionary, limits: Limits, sheet: str | None = None
) -> Staged:
    """Stage the first visible sheet with a header of the item, or the sheet named.

    Raises `model_refusals` as the child reports them; `TooHeavyError` where it ran out of memory or time.
    """
    encoding.measure(path, limits)
    job = {
        "path": str(path.resolve()),
        "target": str((folder / "staged.parquet").resolve()),
        "known": known.as_json(),
        "limits": asdict(limits),
        "sheet": sheet,
    }
    answer = _ask_child(job, path.name, limits)
    if "refused" in answer:
        raise _refusal(answer["refused"])
    columns = tuple(ColumnPlan(**c) for c in answer["columns"])
    data = folder / "staged.parquet"
    return Staged(
        folder=folder,
        data=data,
        relation=staged_select(data, columns),
        columns=columns,
        rows=answer["rows"],
        header_line=answer["header_line"],
        first_line=answer["header_line"] + 1,
        file_sha256=encoding.digest(path),
        encoding=answer["kind"],
        notes=tuple(answer["notes"]),
        top=tuple(tuple(cell or "" for cell in row) for row in answer["top"]),
    )


def _ask_child(job: dict[str, Any], name: str, limits: Limits) -> dict[str, Any]:
    """Run the child on one job. Raises `TooHeavyError` or `DamagedWorkbookError` where it dies."""
    environment = {
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "PYTHONPATH": os.pathsep.join(p for p in sys.path if p),
        "ARROW_DEFAULT_MEMORY_POOL": "system",  # the other pools reserve more than they use
        "MALLOC_ARENA_MAX": "2",
    }
    try:
        done = subprocess.run(
            [sys.executable, "-m", _MODULE],
            input=json.dumps(job).encode(),
            capture_output=True,
            timeout=limits.seconds,
            env=environment,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise _too_heavy(name, limits) from error
    try:
        answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    except (ValueError, IndexError) as error:
        # Killed by a signal or aborted on a failed allocation: no answer is its answer.
        if done.returncode < 0 or b"memory" in done.stderr.lower():
            raise _too_heavy(name, limits) from error
        raise DamagedWorkbookError(
            found="读取时中断", expected="完整的工作簿", todo="用表格软件另存为 XLSX 后重新报送", where=name
        ) from error
    return answer


def _too_heavy(name: str, limits: Limits) -> TooHeavyError:
    return TooHeavyError(
        found=f"读取需要的内存超过 {limits.memory_mb} MB，或时间超过 {limits.seconds} 秒",
        expected="内容集中、没有大片空区域的工作表",
        todo="删去空白区域，或另存为 CSV 后报送",
        where=name,
    )


def _refusal(told: dict[str, Any]) -> XinhengError:
    """The refusal that the child named by its code."""
    for kind in vars(model_refusals).values():
        if isinstance(kind, type) and issubclass(kind, FileRefusedError) and kind.code == told["code"]:
            return kind(
                found=told["found"], expected=told["expected"], todo=told["todo"], where=told["where"]
            )
    return FileRefusedError(
        found=told["found"], expected=told["expected"], todo=told["todo"], where=told["where"]
    )
