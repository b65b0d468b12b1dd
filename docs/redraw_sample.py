#!/usr/bin/env python3
"""Draw an assessment's sample again, from nothing but its published frame and seed.

    python3 redraw_sample.py frame.json "the seed"            prints agency, item and record of every line
    python3 redraw_sample.py frame.json "the seed" sample.json   compares with the published sample

Written from docs/appraisal.md alone; the standard library is all it needs. It ends with 1 where the published
sample is another one.
"""

import hashlib
import json
import sys
from pathlib import Path


def main(arguments):
    data = Path(arguments[0]).read_bytes()
    seed = arguments[1]
    digest = hashlib.sha256(data).hexdigest()
    frame = json.loads(data.decode("utf-8"))
    if frame["format"] != "xinheng/frame/1":
        sys.exit("not a frame of format 1")
    groups = {}
    for record, agency, item in frame["records"]:
        groups.setdefault((agency, item), []).append(record)
    lines = []
    for group in sorted(groups):
        keyed = []
        for record in groups[group]:
            text = "\n".join(["xinheng/draw/1", digest, seed, record])
            keyed.append((hashlib.sha256(text.encode("utf-8")).digest(), record))
        keyed.sort()
        share = (len(keyed) * frame["percent"] + 99) // 100
        take = min(len(keyed), max(frame["least"], share))
        lines.extend([group[0], group[1], record] for _, record in keyed[:take])
    for number, line in enumerate(lines, 1):
        sys.stdout.write("\t".join([str(number), *line]) + "\n")
    if len(arguments) > 2:
        published = json.loads(Path(arguments[2]).read_text(encoding="utf-8"))
        theirs = [[line["agency"], line["item"], line["record"]] for line in published["lines"]]
        same = theirs == lines and published["frame"] == digest and published["seed"] == seed
        sys.stderr.write("same sample\n" if same else "ANOTHER SAMPLE\n")
        return 0 if same else 1
    return 0


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1:]))
