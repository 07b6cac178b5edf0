#!/usr/bin/env python3
"""Patches of the Olivetti faces for docs/results/autoencoders.md, after the supplement of Hinton and Salakhutdinov 2006:

    python3 bench/face_patches.py faces.npy OUT    OUT/train.npy, OUT/validation.npy, OUT/test.npy, rows of 25 x 25

Each of 400 faces (64 x 64, ten of each of 40 people) is turned by -90 to 90 degrees, made 1.4 to 1.8 times as large, cut to its middle 50 x 50 and taken at every second place, 414 times, drawn by a seed.
The people 1 to 25 are for training, 26 to 30 for validation, the last ten for testing. Every pixel has mean 0 over the training patches, and one number makes the mean variance 1.
"""
import sys

import numpy as np
from scipy.ndimage import affine_transform

SIZE, CUT, DRAWN = 25, 50, 414


def patch(face, angle, scale):
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) / scale
    middle = np.array([31.5, 31.5]) - turn @ np.array([(CUT - 2) / 2, (CUT - 2) / 2])
    return affine_transform(face, turn * 2, offset=middle, output_shape=(SIZE, SIZE), order=1, mode="nearest")


def main(source, out):
    faces = np.load(source).astype(np.float64).reshape(400, 64, 64)
    draw = np.random.Generator(np.random.PCG64(1))
    rows = np.empty((400, DRAWN, SIZE * SIZE), np.float32)
    for i, face in enumerate(faces):
        for j in range(DRAWN):
            angle, scale = draw.uniform(-np.pi / 2, np.pi / 2), draw.uniform(1.4, 1.8)
            rows[i, j] = patch(face, angle, scale).ravel()
    parts = {"train": rows[:250], "validation": rows[250:300], "test": rows[300:]}
    parts = {name: part.reshape(-1, SIZE * SIZE) for name, part in parts.items()}
    mean = parts["train"].mean(axis=0, dtype=np.float64)
    scale = np.sqrt(((parts["train"] - mean) ** 2).mean())
    for name, part in parts.items():
        shuffled = draw.permutation(len(part))
        np.save(f"{out}/{name}.npy", ((part - mean) / scale)[shuffled].astype(np.float32))
        print(name, part.shape)


if __name__ == "__main__":
    main(*sys.argv[1:])
