#!/usr/bin/env python3
"""Patches of the Olivetti faces for docs/results/autoencoders.md, after the supplement of Hinton and Salakhutdinov 2006:

    python3 bench/face_patches.py faces.npy OUT [COPIES]    OUT/train.npy, OUT/validation.npy, OUT/test.npy, rows of 25 x 25

Each of 400 faces (64 x 64, ten of each of 40 people) is turned by -90 to 90 degrees, made 1.4 to 1.8 times as large, cut to its middle 50 x 50 and taken at every second place, 414 times, drawn by a seed.
The people 1 to 25 are for training, 26 to 30 for validation, the last ten for testing. Every pixel has mean 0 over the training patches, and one number makes the mean variance 1.
COPIES times as many more patches are for training, of faces that are none of the 25: of two of them in one, half of them mirrored, stretched by up to 10 % across, leant by up to 0.1, with up to a fifth more or less contrast.
"""
import sys

import numpy as np
from scipy.ndimage import affine_transform

SIZE, CUT, DRAWN = 25, 50, 414


def patch(face, angle, scale, shape=np.eye(2)):
    turn = shape @ np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) / scale
    middle = np.array([31.5, 31.5]) - turn @ np.array([(CUT - 2) / 2, (CUT - 2) / 2])
    return affine_transform(face, turn * 2, offset=middle, output_shape=(SIZE, SIZE), order=1, mode="nearest")


def others(faces, count, draw):
    """Patches of faces that are made of two of these each."""
    rows = np.empty((count, SIZE * SIZE), np.float32)
    for row in rows:
        one, other = faces[draw.integers(len(faces))], faces[draw.integers(len(faces))]
        face = one + draw.uniform(0, 0.5) * (other - one)
        if draw.random() < 0.5:
            face = face[:, ::-1]
        shape = np.diag([1, draw.uniform(0.9, 1.1)]) @ np.array([[1, 0], [draw.uniform(-0.1, 0.1), 1]])
        drawn = patch(face, draw.uniform(-np.pi / 2, np.pi / 2), draw.uniform(1.4, 1.8), shape)
        row[:] = (drawn.mean() + draw.uniform(0.8, 1.2) * (drawn - drawn.mean())).ravel()
    return rows


def main(source, out, copies="0"):
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
        part = part[shuffled]
        if name == "train":
            part = np.concatenate([part, others(faces[:250], int(copies) * len(part), np.random.Generator(np.random.PCG64(2)))])
        np.save(f"{out}/{name}.npy", ((part - mean) / scale).astype(np.float32))
        print(name, part.shape)


if __name__ == "__main__":
    main(*sys.argv[1:])
