"""Makes the golden files of byte-level BPE, and the table of UnicodeKinds.cs. Needs Python 3 and its module `regex` (Debian's python3-regex, or newer).

    python3 make.py golden [GPT2]   writes vocab.json, merges.txt and cases.txt beside this file; with a folder of encoder.json and vocab.bpe also gpt2-cases.txt
    python3 make.py table           prints the code points of each kind, as gaps and lengths

What is encoded here is encoded as OpenAI's encoder.py does, whose pattern and whose loop these are. Bytes that are no UTF-8 become lone surrogates, which the pattern
takes for neither letters, numbers nor white space. The files that are committed were made with regex 2026.5.9, which knows Unicode 17.0.
A line of cases: bytes in hexadecimal digits, the lengths of the pieces in bytes, the symbols.
"""
import json
import os
import sys
from collections import Counter

import regex

PATTERN = regex.compile(r"""'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+""")
HERE = os.path.dirname(os.path.abspath(__file__))

CASES = [
    "", " ", "Hello world", "a  b", "   a", "a   ", "\n\nx", " \n x", "\n x", "\n\n\n", "\t\tif x:\n\t\t\treturn  1\n", "a\r\nb\r\n\r\nc", " \u00a0 x", "\u00a0\u00a0x",
    "it's we'll they've I'm he'd you're can't", "IT'S 'S 'Ll", "'s 'st ''s ' s", "'l 'll 'l l", "'r 're 'v 've 'x", "don\u2019t", "'tis 'em", "'", "''", "'r", "'l", " 's", "\"quote\" \"q\"",
    "x\u001cy \u001d\u001e\u001f z", " \u001c\u001d y", "\u0085a \u0085 b", "\u2028\u2029x \u3000\u3000y \u1680z \u180ex \u200b\u200bw \ufeffv", "\x0b\x0c\x1e\x1f ",
    "a\U0001d4b3b \U0001d4b3\U0001d4b4 \U0001d400\U0001d401c", "\U00010400\U00010401 x\U00010428", "1\U0001d7d8\U0001d7d9 \U0001d7da", "\U0001f600\U0001f600 \U0001f468\u200d\U0001f469\u200d\U0001f467",
    "\U00010940\U00010941 \U000105c0 \U000323b0\U00016ea0", "\u4e00\u4e8c\u4e09\u56db \u4e94", "\u65e5\u672c\u8a9e\u306e\u30c6\u30ad\u30b9\u30c8\u3002", "1234 \u00bd \u2167 \u00b2 x2\u00b2", " \u0967\u0968\u0969 \u0661",
    "na\u00efve cafe\u0301 \u00e9t\u00e9 e\u0301e\u0301", "\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35", "\u0939\u093f\u0928\u094d\u0926\u0940", "\x00\x00\x00a\x00", "<|endoftext|>", " <|endoftext|>\n", "###  ## # ", "!!!!???? --- ...", "a_b_c x.y",
    "the theatre's then other", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
]
BROKEN = [
    b"a\xffb", b"\xe2\x82", b" \xf0\x9f\x98 x", b"\xed\xa0\x80 \xed\xbf\xbf", b"\xc0\x80 x\xfe", b" \xff\xff a\xff \xff", b"\xe2\xe2\x82\xac", b"\xf4\x90\x80\x80", b"\xc3\xa9\xc3", b"'\xff's", b"\x80 \x80\xbf  \x80",
    bytes(range(256)), bytes(range(255, -1, -1)),
]
TEXT = """The theatre's other rhythm: then they thought that the weather, whether or not it's there, would gather.
    for i in range(10):
        print("the number is", i)    # the others
### A heading ### aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa bbbb 1234 1212 1999 2024 ---- .... !!!!
caf\u00e9 \u00e9t\u00e9 na\u00efve \u65e5\u672c\u8a9e \u65e5\u672c \U0001f600\U0001f600 \U0001d4b3\U0001d4b4 we'll they'll I'll it's that's
"""


def alphabet():
    printable = list(range(33, 127)) + list(range(161, 173)) + list(range(174, 256))
    rest = [byte for byte in range(256) if byte not in printable]
    return {byte: chr(byte) for byte in printable} | {byte: chr(256 + i) for i, byte in enumerate(rest)}


SPELLING = alphabet()


def pieces(data):
    text = data.decode("utf-8", "surrogateescape")
    return [piece.encode("utf-8", "surrogateescape") for piece in PATTERN.findall(text)]


def joined(word, pair):
    out, i = [], 0
    while i < len(word):
        if word[i:i + 2] == list(pair):
            out.append(word[i] + word[i + 1])
            i += 2
        else:
            out.append(word[i])
            i += 1
    return out


def encode(data, symbols, ranks):
    lengths, ids = [], []
    for piece in pieces(data):
        word = [SPELLING[byte] for byte in piece]
        while len(word) > 1:
            best = min(zip(word, word[1:]), key=lambda pair: ranks.get(pair, len(ranks)))
            if best not in ranks:
                break
            word = joined(word, best)
        lengths.append(len(piece))
        ids += [symbols[part] for part in word]
    return lengths, ids


def learn(text, count):
    words, merges = Counter(tuple(SPELLING[byte] for byte in piece) for piece in pieces(text.encode())), []
    while len(merges) < count:
        pairs = Counter()
        for word, times in words.items():
            for pair in zip(word, word[1:]):
                pairs[pair] += times
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        merges.append(best)
        words = Counter({tuple(joined(list(word), best)): times for word, times in words.items()})
    return merges


def write_cases(name, symbols, ranks):
    with open(os.path.join(HERE, name), "w", encoding="ascii", newline="\n") as file:
        for data in [case.encode() for case in CASES] + BROKEN:
            lengths, ids = encode(data, symbols, ranks)
            file.write(f"{data.hex()}\t{' '.join(map(str, lengths))}\t{' '.join(map(str, ids))}\n")


def golden(gpt2):
    merges = learn(TEXT, 128)
    tokens = list(SPELLING[byte] for byte in sorted(SPELLING, key=lambda byte: SPELLING[byte])) + [a + b for a, b in merges] + ["<|endoftext|>"]
    symbols = {token: i for i, token in enumerate(tokens)}
    with open(os.path.join(HERE, "vocab.json"), "w", encoding="ascii", newline="\n") as file:
        json.dump(symbols, file)
    with open(os.path.join(HERE, "merges.txt"), "w", encoding="utf-8", newline="\n") as file:
        file.write("#version: 0.2\n" + "".join(f"{a} {b}\n" for a, b in merges))
    write_cases("cases.txt", symbols, {pair: i for i, pair in enumerate(merges)})
    if gpt2:
        with open(os.path.join(gpt2, "encoder.json"), encoding="utf-8") as file:
            symbols = json.load(file)
        with open(os.path.join(gpt2, "vocab.bpe"), encoding="utf-8") as file:
            lines = file.read().split("\n")[1:-1]
        write_cases("gpt2-cases.txt", symbols, {tuple(line.split()): i for i, line in enumerate(lines)})


def table():
    for name, kind in (("Letters", r"\p{L}"), ("Numbers", r"\p{N}"), ("Blanks", r"\s")):
        one, numbers, end, inside = regex.compile(kind), [], 0, False
        for code in range(0x110000):
            if bool(one.match(chr(code))) != inside:
                assert code - end < 1 << 16
                numbers.append(code - end)
                end, inside = code, not inside
        lines, line = [], "       "
        for number in numbers:
            if len(line) + len(f" {number},") > 190:
                lines.append(line)
                line = "       "
            line += f" {number},"
        print(f"    static ReadOnlySpan<ushort> {name} =>\n    [\n" + "\n".join(lines + [line]) + "\n    ];\n")


if sys.argv[1:2] == ["golden"]:
    golden(sys.argv[2] if len(sys.argv) > 2 else None)
elif sys.argv[1:] == ["table"]:
    table()
else:
    sys.exit(__doc__)
