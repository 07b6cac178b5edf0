"""Unpacks labelled pictures into the parts of a data set: DIR/train/CLASS, DIR/validation/CLASS and DIR/test/CLASS, so many of each class, drawn by a seed.

    python3 bench/caltech_parts.py caltech20_gray128.tar.gz DIR [SEED [TRAIN VALIDATION]]     # 0 15 15; the rest is for test
"""
import os
import random
import sys
import tarfile

archive, folder = sys.argv[1], sys.argv[2]
seed, train, validation = (int(a) for a in (sys.argv[3:] + ["0", "15", "15"][len(sys.argv) - 3:]))
classes = {}
with tarfile.open(archive) as tar:
    for member in tar:
        if member.name.endswith(".png"):
            classes.setdefault(member.name.split("/")[-2], []).append((member.name, tar.extractfile(member).read()))
for name, pictures in sorted(classes.items()):
    pictures.sort()
    random.Random(f"{seed} {name}").shuffle(pictures)
    for i, (path, data) in enumerate(pictures):
        part = "train" if i < train else "validation" if i < train + validation else "test"
        os.makedirs(os.path.join(folder, part, name), exist_ok=True)
        with open(os.path.join(folder, part, name, os.path.basename(path)), "wb") as file:
            file.write(data)
print(len(classes), "classes,", sum(len(p) for p in classes.values()), "pictures")
