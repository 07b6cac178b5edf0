#!/usr/bin/env python3
"""How LaTeX environments are opened and closed in texts, for docs/results/texts.md: environments.py SAMPLES... or --cut LENGTH COUNT FILE, pieces drawn from a real text by a seed.

An environment that begins in a piece is closed by its own name, closed by another name, or still open where the piece ends; an end without a beginning may be of one before the piece."""
import random
import re
import sys

arguments = sys.argv[1:]
if arguments[0] == "--cut":
    length, count = int(arguments[1]), int(arguments[2])
    text, draw = open(arguments[3], encoding="utf-8").read(), random.Random(1)
    pieces = [text[at:at + length] for at in (draw.randrange(len(text) - length) for _ in range(count))]
else:
    pieces = [open(path, encoding="utf-8", errors="replace").read() for path in arguments]
begun = own = other = still = ends = stray = 0
for piece in pieces:
    stack = []
    for kind, name in re.findall(r"\\(begin|end)\{([^}\n]*)\}", piece):
        if kind == "begin":
            stack.append(name)
            begun += 1
        elif not stack:
            ends, stray = ends + 1, stray + 1
        else:
            ends += 1
            own, other = (own + 1, other) if stack.pop() == name else (own, other + 1)
    still += len(stack)
print(f"{len(pieces)} pieces: {begun} begun, {own} closed by their own name ({100 * own / max(1, own + other):.1f} % of those closed), {other} by another, {still} open at the end; {stray} of {ends} ends without a beginning")
