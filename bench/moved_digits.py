#!/usr/bin/env python3
"""Digits and slightly moved copies of them, for docs/results/autoencoders.md:

    python3 bench/moved_digits.py train-images-idx3-ubyte.gz COPIES OUT    OUT is an IDX file of 1 + COPIES times as many

Each copy is turned by up to 7 degrees, made up to 7 % larger or smaller and leant by up to 0.08 about its middle, and shifted by up to 0.7 pixels each way, all drawn evenly by a seed, and read by cubic splines.
"""
import gzip
import sys

import numpy as np
from scipy.ndimage import affine_transform, spline_filter


def moved(spline, draw, turn=7 * np.pi / 180, zoom=0.07, lean=0.08, shift=0.7):
    angle, size, slant = draw.uniform(-turn, turn), 1 + draw.uniform(-zoom, zoom), draw.uniform(-lean, lean)
    matrix = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) @ np.array([[1, 0], [slant, 1]]) / size
    middle = (np.array(spline.shape) - 1) / 2
    offset = middle - matrix @ middle + draw.uniform(-shift, shift, 2)
    return affine_transform(spline, matrix, offset=offset, order=3, mode="constant", prefilter=False)


def main(source, copies, out):
    with gzip.open(source) as file:
        data = file.read()
    images = np.frombuffer(data, np.uint8, offset=16).reshape(-1, 28, 28)
    draw = np.random.Generator(np.random.PCG64(1))
    count, copies = len(images), int(copies)
    with open(out, "wb") as file:
        file.write(data[:4] + (count * (1 + copies)).to_bytes(4, "big") + data[8:16])
        file.write(images.tobytes())
        splines = [spline_filter(image.astype(np.float64), order=3) for image in images]
        for _ in range(copies):
            for spline in splines:
                file.write(np.clip(np.rint(moved(spline, draw)), 0, 255).astype(np.uint8).tobytes())


if __name__ == "__main__":
    main(*sys.argv[1:])
