#!/usr/bin/env python3
"""How many of some drawn sentences are positive, by naive Bayes of words, and how long they are.

    sentiment.py SST FILE...     SST: the folder of stsa.binary.train and stsa.binary.test; a FILE: what `likely sample --count N --out FILE` wrote
Words are what lies between blanks, those in two training sentences or more; a sentence either has one or not; counts are one larger.
"""
import collections, math, re, sys

def read(path):
    with open(path, encoding="utf-8", errors="replace") as lines:
        for line in lines:
            yield int(line[0]), line[2:].split()

def interval(right, count, z=1.96):
    share, scale = right / count, 1 + z * z / count
    half = z * math.sqrt(share * (1 - share) / count + z * z / 4 / count / count) / scale
    middle = (share + z * z / 2 / count) / scale
    return "%.1f %% (%.1f to %.1f)" % (100 * share, 100 * (middle - half), 100 * (middle + half))

counts, sentences = [collections.Counter(), collections.Counter()], [0, 0]
for label, words in read(sys.argv[1] + "/stsa.binary.train"):
    sentences[label] += 1
    counts[label].update(set(words))
weights = {word: math.log((counts[1][word] + 1) / (sentences[1] + 2)) - math.log((counts[0][word] + 1) / (sentences[0] + 2))
           for word in set(counts[0]) | set(counts[1]) if counts[0][word] + counts[1][word] > 1}
score = lambda words: math.log(sentences[1] / sentences[0]) + sum(weights.get(word, 0) for word in set(words))

test = list(read(sys.argv[1] + "/stsa.binary.test"))
print("test sentences right:", interval(sum((score(words) > 0) == (label == 1) for label, words in test), len(test)))
for path in sys.argv[2:]:
    with open(path, encoding="utf-8", errors="replace") as file:
        texts = re.split(r"(?:^|\n)--- \d+ of \d+ ---\n", file.read())[1:]
    lengths, told = [len(text) for text in texts], [score([word for word in text.split() if word not in "+-?"]) for text in texts]
    mean = sum(lengths) / len(lengths)
    half = 1.96 * math.sqrt(sum((length - mean) ** 2 for length in lengths)) / len(lengths)
    print(path, len(texts), "positive", interval(sum(value > 0 for value in told), len(told)), "letters %.1f +- %.1f" % (mean, half))
