"""A published log (C2SP tlog-tiles) checked whole: signature, every entry, every tile, root."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from xinheng.verify.leaf import Leaf
from xinheng.verify.merkle import Tree, leaf_hash
from xinheng.verify.note import Checkpoint, Key, open_checkpoint, shown
from xinheng.verify.refusal import Refused, Unreadable

WIDTH = 256
HASH = 32
LARGEST_NOTE = 1 << 20
LARGEST_TILE = WIDTH * (2 + 0xFFFF)


def read_file(path: Path, limit: int) -> bytes:
    """A file of at most `limit` bytes. Raises Unreadable."""
    try:
        with path.open("rb") as file:
            raw = file.read(limit + 1)
    except (OSError, ValueError) as error:
        raise Unreadable(f"无法读取 {path}", f"cannot read {path}") from error
    if len(raw) > limit:
        raise Unreadable(f"文件过大：{path}", f"the file is too large: {path}")
    return raw


def read_note(path: Path) -> str:
    """A note's text. Raises Unreadable."""
    try:
        return read_file(path, LARGEST_NOTE).decode()
    except UnicodeDecodeError as error:
        raise Unreadable(f"不是 UTF-8 文本：{path}", f"not UTF-8 text: {path}") from error


def check_log(folder: Path, keys: list[Key], kept: Sequence[Checkpoint] = ()) -> list[Checkpoint]:
    """Check one epoch's folder, or every epoch in a folder of epochs. Raises Refused.

    `kept`: checkpoints that somebody has kept; each must be one that its log, if it is here, went through.
    """
    if (folder / "checkpoint").exists():
        return [check_epoch(folder, keys, kept)]
    epochs = _epochs(folder)
    if not epochs:
        raise Unreadable(f"{folder} 中没有检查点", f"no checkpoint in {folder}")
    found = [check_epoch(part, keys, kept) for each in epochs for part in _parts(each)]
    lost = {each.origin for each in kept} - {each.origin for each in found}
    if lost:
        name = shown(min(lost))
        raise Refused(
            f"保存的检查点所属的日志 {name} 不在文件夹中", f"the log of a kept checkpoint is missing: {name}"
        )
    return found


def read_kept(paths: Sequence[Path], keys: list[Key]) -> list[Checkpoint]:
    """Checkpoints that were kept: files, and all files in folders. Raises Refused."""
    files = [f for path in paths for f in (sorted(path.rglob("*")) if path.is_dir() else [path])]
    return [open_checkpoint(read_note(f), keys) for f in files if not f.is_dir()]


def _parts(epoch: Path) -> list[Path]:
    """An epoch's log, and its closing part where it was closed after a loss; the log itself may be lost."""
    found = [part for part in (epoch, epoch / "closing") if (part / "checkpoint").exists()]
    return found or [epoch]


def _epochs(folder: Path) -> list[Path]:
    try:
        found = [p for p in folder.iterdir() if re.fullmatch(r"[0-9]{1,9}", p.name) and p.is_dir()]
    except OSError as error:
        raise Unreadable(f"无法读取 {folder}", f"cannot read {folder}") from error
    return sorted(found, key=lambda p: int(p.name))


def check_epoch(folder: Path, keys: list[Key], kept: Sequence[Checkpoint] = ()) -> Checkpoint:
    """Signature, entries, tiles of all levels and root of one epoch, and the `kept` checkpoints of it."""
    checkpoint = open_checkpoint(read_note(folder / "checkpoint"), keys)
    passed = _passed(checkpoint, kept, closing=folder.name == "closing")
    tree, roots = Tree(), []
    last = ""
    _check_kept(tree, passed)
    for index in range(-(-checkpoint.size // WIDTH)):
        width = min(WIDTH, checkpoint.size - index * WIDTH)
        leaves = list(_bundle(folder, index, width))
        for leaf in leaves:
            if leaf.known < last:
                raise Refused(
                    f"第 {index} 束条目中知悉时间倒退", f"known time goes back in entry bundle {index}"
                )
            last = leaf.known
        hashes = [leaf_hash(leaf.data()) for leaf in leaves]
        _same_tile(folder, 0, index, hashes)
        for each in hashes:
            tree.add(each)
            _check_kept(tree, passed)
        if index == 0:
            _check_first(checkpoint, leaves[0])
        if width == WIDTH:
            roots.append(_root(hashes))
    _check_upper(folder, roots)
    if tree.root() != checkpoint.root:
        raise Refused("日志的根与检查点不符", "the log's root is not the checkpoint's")
    return checkpoint


def _passed(now: Checkpoint, kept: Sequence[Checkpoint], *, closing: bool) -> dict[int, set[bytes]]:
    """The roots that the log must have had, by size. A closing part may lack what was lost: it says so."""
    own = [each for each in kept if each.origin == now.origin]
    longest = max((each.size for each in own), default=0)
    if longest > now.size and not closing:
        raise Refused(
            f"日志只有 {now.size} 条，保存的检查点有 {longest} 条：日志被截短，或退回到较早的状态",
            f"the log has {now.size} entries, a kept checkpoint {longest}: it was cut off or rolled back",
        )
    roots: dict[int, set[bytes]] = {}
    for each in own:
        roots.setdefault(each.size, set()).add(each.root)
    return roots


def _check_kept(tree: Tree, passed: dict[int, set[bytes]]) -> None:
    if tree.size in passed and passed[tree.size] != {tree.root()}:
        raise Refused(
            f"日志在第 {tree.size} 条处的根与保存的检查点不符：此前的条目被改写，或对不同的人出示不同的日志",
            f"at {tree.size} entries the root is not that of a kept checkpoint: rewritten, or a split view",
        )


def _check_first(checkpoint: Checkpoint, leaf: Leaf) -> None:
    """A later epoch must open by saying so."""
    epoch = checkpoint.origin.rpartition("/")[2]
    if epoch.isdecimal() and int(epoch) > 0 and leaf.kind != "epoch_opened":
        raise Refused(
            f"纪元 {epoch} 的首条不是开启纪元的事件", f"epoch {epoch} does not begin with its opening"
        )


def _check_upper(folder: Path, hashes: list[bytes]) -> None:
    level = 1
    while hashes:
        above = []
        for index in range(-(-len(hashes) // WIDTH)):
            tile = hashes[index * WIDTH : (index + 1) * WIDTH]
            _same_tile(folder, level, index, tile)
            if len(tile) == WIDTH:
                above.append(_root(tile))
        hashes, level = above, level + 1


def _root(hashes: list[bytes]) -> bytes:
    tree = Tree()
    for each in hashes:
        tree.add(each)
    return tree.root()


def _same_tile(folder: Path, level: int, index: int, hashes: list[bytes]) -> None:
    if b"".join(hashes) != read_tile(folder, level, index, len(hashes)):
        raise Refused(
            f"第 {level} 层第 {index} 块与条目不符", f"tile {level}/{index} does not fit the entries"
        )


def read_tile(folder: Path, level: int, index: int, width: int) -> bytes:
    """The first `width` hashes of a tile, from the partial or the full one."""
    raw, exact = _read(folder, str(level), index, width)
    raw = raw if exact else raw[: width * HASH]
    if len(raw) != width * HASH:
        raise Refused(f"第 {level} 层第 {index} 块长度不对", f"tile {level}/{index} has the wrong length")
    return raw


def _bundle(folder: Path, index: int, width: int) -> Iterator[Leaf]:
    (raw, exact), position = _read(folder, "entries", index, width), 0
    for _ in range(width):
        length = int.from_bytes(raw[position : position + 2], "big")
        data = raw[position + 2 : position + 2 + length]
        if length == 0 or len(data) != length:
            raise Refused(f"第 {index} 束条目残缺", f"entry bundle {index} is cut short")
        position += 2 + length
        yield Leaf.parse(data)
    if exact and position != len(raw):
        raise Refused(f"第 {index} 束条目之后还有别的字节", f"entry bundle {index} goes on after its entries")


def _read(folder: Path, level: str, index: int, width: int) -> tuple[bytes, bool]:
    """A tile or bundle, and whether it must have that width: a full one serves where the log grew since."""
    groups = [f"{index % 1000:03d}"]
    rest = index // 1000
    while rest:
        groups.append(f"x{rest % 1000:03d}")
        rest //= 1000
    full = folder / "tile" / level / "/".join(reversed(groups))
    if width == WIDTH:
        return read_file(full, LARGEST_TILE), True
    partial = full.with_name(f"{full.name}.p") / str(width)
    try:
        return read_file(partial, LARGEST_TILE), True
    except Unreadable:  # replaced by the full one, maybe this very moment
        return read_file(full, LARGEST_TILE), False


def check_growth(old: Checkpoint, new: Checkpoint, folder: Path) -> None:
    """Whether the tiles show that `new` still holds, unchanged, what `old` held. Raises Refused."""
    if old.origin != new.origin:
        raise Refused("两个检查点不属于同一日志", "the checkpoints are of different logs")
    if old.size > new.size:
        raise Refused("旧检查点比新检查点长", "the old checkpoint is larger than the new one")
    tree = Tree()
    _feed(tree, folder, old.size, new.size)
    if tree.root() != old.root:
        raise Refused("日志不含旧检查点所载内容", "the log does not hold what the old checkpoint held")
    _feed(tree, folder, new.size, new.size)
    if tree.root() != new.root:
        raise Refused("日志的根与新检查点不符", "the log's root is not the new checkpoint's")


def _feed(tree: Tree, folder: Path, size: int, whole: int) -> None:
    while tree.size < size:
        index, offset = divmod(tree.size, WIDTH)
        width = min(WIDTH, whole - index * WIDTH)
        raw = read_tile(folder, 0, index, width)
        for n in range(offset, min(width, size - index * WIDTH)):
            tree.add(raw[n * HASH : (n + 1) * HASH])
