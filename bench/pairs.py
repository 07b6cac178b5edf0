#!/usr/bin/env python3
"""Pairs of a source and a target, drawn by a seed, for docs/results/pairs.md:

    python3 bench/pairs.py dates 40000 > dates.tsv          a date in one of many formats -> YYYY-MM-DD
    python3 bench/pairs.py words 40000 > words.tsv          a number from 0 to 999,999 -> its English words
    python3 bench/pairs.py numbers 40000 > numbers.tsv      the words -> the number
    python3 bench/pairs.py words 40000 repeats > words.tsv  each as often as it is drawn until there are as many: short numbers come again and again
    python3 bench/pairs.py phonemes cmudict > phonemes.tsv  a CMU dictionary -> word, phonemes without stress, a letter each
"""
import datetime
import random
import re
import sys

MONTHS = "January February March April May June July August September October November December".split()
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
ONES = ("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen").split()
TENS = "- - twenty thirty forty fifty sixty seventy eighty ninety".split()
# One letter each of the 39 phonemes.
LETTERS = dict(zip("AA AE AH AO AW AY B CH D DH EH ER EY F G HH IH IY JH K L M N NG OW OY P R S SH T TH UH UW V W Y Z ZH".split(),
                   "aAVOWYbCdDEReFghIijklmnNopPrsStTuUvwyzZ"))


def ordinal(day):
    return f"{day}{'th' if 11 <= day <= 13 else {1: 'st', 2: 'nd', 3: 'rd'}.get(day % 10, 'th')}"


def date(draw):
    day = datetime.date(1900, 1, 1) + datetime.timedelta(days=draw.randrange(73049))
    year, month, name, number, week = day.year, day.month, MONTHS[day.month - 1], day.day, DAYS[day.weekday()]
    text = draw.choice([
        f"{name} {number}, {year}", f"{name} {ordinal(number)}, {year}", f"{number} {name} {year}", f"{ordinal(number)} of {name} {year}",
        f"{name[:3]} {number}, {year}", f"{number} {name[:3]} {year}", f"{name[:3]}. {number} {year}", f"{number}-{name[:3]}-{year}",
        f"{week}, {name} {number}, {year}", f"{week[:3]}, {number} {name[:3]} {year}", f"{week} {number} {name} {year}",
        f"{month}/{number}/{year}", f"{month:02}/{number:02}/{year}", f"{number}.{month}.{year}", f"{number:02}.{month:02}.{year}",
        f"{year}/{month}/{number}", f"{year}{month:02}{number:02}", f"the {ordinal(number)} day of {name}, {year}", f"{year}, {name} {number}",
    ])
    return draw.choice([text, text, text.lower(), text.upper()]), day.isoformat()


def words(number):
    if number < 20:
        return ONES[number]
    if number < 100:
        return TENS[number // 10] + (f" {ONES[number % 10]}" if number % 10 else "")
    for size, name in ((1000, "thousand"), (100, "hundred")):
        if number >= size:
            return f"{words(number // size)} {name}" + (f" {words(number % size)}" if number % size else "")


def number(draw):
    return draw.randrange(10 ** draw.choice([1, 2, 3, 4, 5, 6, 6, 6]))


def phonemes(path):
    pairs = set()
    for line in open(path, encoding="latin-1"):
        if not line.strip() or line.startswith(";;;"):
            continue
        word, *sounds = line.split("#")[0].split()
        word = re.sub(r"\(\d+\)$", "", word.lower())
        if re.fullmatch(r"[a-z']+", word) and any("a" <= letter <= "z" for letter in word):
            pairs.add((word, "".join(LETTERS[sound.rstrip("012")] for sound in sounds)))
    return sorted(pairs)


kind, argument = sys.argv[1:3]
if kind == "phonemes":
    pairs = phonemes(argument)
else:
    draw, made, drawn = random.Random(1), {}, []
    while len(made) < int(argument):
        source, target = date(draw) if kind == "dates" else (str(one := number(draw)), words(one)) if kind == "words" else (words(one := number(draw)), str(one))
        made[source] = target
        drawn.append((source, target))
    pairs = drawn if "repeats" in sys.argv[3:] else made.items()
for source, target in pairs:
    print(f"{source}\t{target}")
