"""Search over a million names: first pages of typical, frequent, one-character and misspelt questions.

`ours` is the p95 in milliseconds of `lookup.find`, from the text to the hits, over one connection; `bare` is
the p95 of fetching twenty subjects by their keys over the same connection: what a page costs when it is known
which organisations stand on it. Each figure is the median of three rounds.
"""

from __future__ import annotations

import asyncio
import os
import random
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
from psycopg_pool import AsyncConnectionPool

from xinheng.core.times import Known
from xinheng.core.uscc import check_character, organisation_check
from xinheng.evidence.subjects import lookup
from xinheng.evidence.subjects.service import enter
from xinheng.ground.store import Database, Server, migrate

AIM_MS = 30
ROUNDS = 3
ASKED = 200  # questions a round

PLACES = ("衡川市", "衡川", "青阳县", "东岭区", "南浦区", "石门镇", "云台县", "")
PLACE_WEIGHTS = (30, 20, 8, 8, 8, 3, 5, 18)
TRADES = (
    *("科技", "商贸", "建筑工程", "餐饮管理", "物流", "机械设备", "农业开发", "文化传媒", "信息技术", "医药"),
    *(
        "化工",
        "建材",
        "汽车服务",
        "房地产开发",
        "电子商务",
        "食品",
        "服饰",
        "环保科技",
        "教育咨询",
        "装饰工程",
    ),
)
TRADE_WEIGHTS = (20, 18, 10, 6, 6, 5, 4, 4, 4, 3, 3, 5, 3, 3, 3, 4, 2, 2, 2, 3)
FORMS = ("有限公司", "有限责任公司", "股份有限公司", "经营部", "专业合作社", "店", "有限公司分公司")
FORM_WEIGHTS = (60, 10, 2, 10, 4, 11, 3)


class SystemClock:
    """The present; a measurement is a face of its own."""

    def now(self) -> Known:
        return Known(datetime.now(UTC))


def population(count: int, seed: int = 2) -> pa.Table:
    """`count` invented organisations, their characters as unevenly frequent as those of real names."""
    chance = random.Random(seed)
    signs = [chr(0x4E00 + i) for i in range(3500)]
    chance.shuffle(signs)
    brands = chance.choices(signs, [1 / (i + 15) for i in range(len(signs))], k=3 * count)
    places = chance.choices(PLACES, PLACE_WEIGHTS, k=count)
    trades = chance.choices(TRADES, TRADE_WEIGHTS, k=count)
    forms = chance.choices(FORMS, FORM_WEIGHTS, k=count)
    names = [
        places[i] + "".join(brands[3 * i : 3 * i + 2 + (i % 3 == 0)]) + trades[i] + forms[i]
        for i in range(count)
    ]
    return pa.table({"code": [_code(i) for i in range(count)], "name": names})


def _code(number: int) -> str:
    organisation = f"M{number:07d}"
    first = f"91429021{organisation}{organisation_check(organisation)}"
    return first + check_character(first)


def measure(*, small: bool = False) -> list[dict[str, object]]:
    """Rows for `./run bench`."""
    people = population(100_000 if small else 1_000_000)
    with tempfile.TemporaryDirectory(prefix="xh-bench-") as folder:
        if os.geteuid() == 0:
            Path(folder).chmod(0o711)
        with Server(Path(folder) / "db") as server:
            dsn = server.dsn
            migrate(dsn)
            with Database(dsn) as database:
                entering = _entering(database, people)
            return [*asyncio.run(_searching(dsn, people)), entering]


def _entering(database: Database, people: pa.Table) -> dict[str, object]:
    """How long a register takes to fill, against a bare load of its columns without an index."""
    started = time.perf_counter()
    with database.bulk() as tx:
        enter(tx, people, SystemClock())
    ours = time.perf_counter() - started
    with database.bulk() as tx:
        stored = tx.fetch("select code, name, kind, division, since from subjects")
    codes, names, kinds, divisions, since = (list(c) for c in zip(*stored, strict=True))
    table = pa.table(
        {
            "code": codes,
            "name": names,
            "kind": kinds,
            "division": divisions,
            "since": pa.array(since, pa.timestamp("us", "UTC")),
        }
    )
    with database.transaction() as tx:
        tx.execute("create table bare (code text, name text, kind text, division text, since timestamptz)")
    started = time.perf_counter()
    with database.bulk() as tx:
        tx.load("bare", table)
    bare = time.perf_counter() - started
    return {
        "name": f"enter {len(people)} new organisations (s)",
        "ours": round(ours, 1),
        "bare": round(bare, 1),
        "ratio": round(ours / bare, 1),
        "aim": "within the whole intake",
    }


async def _searching(dsn: str, people: pa.Table) -> list[dict[str, object]]:
    pool = AsyncConnectionPool(dsn, min_size=1, max_size=1, configure=lookup.configure, open=False)
    rows = []
    async with pool:
        bare = await _p95(_by_keys(pool, people["code"].to_pylist()), ASKED)
        for name, asked in (await _questions(pool, people["name"].to_pylist())).items():
            ours = await _p95(_by_text(pool, asked), len(asked))
            rows.append(
                {
                    "name": f"search {len(people)} names, {name} (p95 ms)",
                    "ours": round(ours, 1),
                    "bare": round(bare, 1),
                    "ratio": round(ours / bare, 1),
                    "aim": f"≤ {AIM_MS} ms",
                }
            )
    return rows


async def _questions(pool: lookup.Pool, names: list[str]) -> dict[str, list[str]]:
    chance = random.Random(5)
    drawn = chance.sample(names, ASKED)
    frequent = _frequent_pairs(names)
    parts = [name[at : at + 2] for name in drawn for at in [chance.randrange(len(name) - 1)]]
    slowest = await _slowest(pool, [*frequent, *dict.fromkeys(parts)])
    return {
        "two characters": parts,
        "the most frequent pairs": frequent,
        f"worst pair ({slowest})": [slowest] * ASKED,
        "one character": [chance.choice(name) for name in drawn],
        "whole names": drawn,
        "misspelt names": [_misspelt(name, chance) for name in drawn],
    }


def _frequent_pairs(names: list[str]) -> list[str]:
    """The pairs that most names hold, most frequent first: those scanned for and those not."""
    counted = Counter(
        pair for name in names[::10] for pair in {name[i : i + 2] for i in range(len(name) - 1)}
    )
    return [pair for pair, _ in counted.most_common(ASKED)]


async def _slowest(pool: lookup.Pool, asked: list[str]) -> str:
    """The question whose best of three takes longest."""
    times = {}
    for text in asked:
        ask = _by_text(pool, [text])
        times[text] = min([await _seconds(ask, 0) for _ in range(3)])
    return max(times, key=lambda text: times[text])


def _misspelt(name: str, chance: random.Random) -> str:
    at = chance.randrange(len(name))
    return name[:at] + chr(0x4E00 + chance.randrange(20_000)) + name[at + 1 :]


Step = Callable[[int], Awaitable[object]]


def _by_text(pool: lookup.Pool, asked: list[str]) -> Step:
    return lambda i: lookup.find(pool, asked[i])


def _by_keys(pool: lookup.Pool, codes: list[str]) -> Step:
    chance = random.Random(3)

    async def step(_: int) -> object:
        async with pool.connection() as connection:
            cursor = await connection.execute(
                "select subject, code, name, kind, division, status, registered from subjects"
                " where code = any(%s)",
                [chance.sample(codes, 20)],
            )
            return await cursor.fetchall()

    return step


async def _seconds(step: Step, i: int) -> float:
    started = time.perf_counter()
    await step(i)
    return time.perf_counter() - started


async def _p95(step: Step, count: int) -> float:
    """Median over the rounds of the 95th percentile, in milliseconds."""
    rounds = []
    for _ in range(ROUNDS):
        times = sorted([await _seconds(step, i) for i in range(count)])
        rounds.append(times[min(count - 1, int(0.95 * count))] * 1000)
    return statistics.median(rounds)
