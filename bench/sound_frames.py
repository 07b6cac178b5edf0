#!/usr/bin/env python3
"""What clips of sound are at each hundredth of a second, for docs/results/sound.md:

    python3 bench/sound_frames.py FOLDER    FOLDER has clips of 16 bits and 8 kHz in train and in test

Beside each a.wav an a.txt is written, one printable byte a frame of 80 samples: "!" and 16 times one of 5 steps of loudness, 12 decibels apart, and one of 16 shapes of the spectrum, which are the
means of k-means (20 rounds, begun from frames drawn by a seed) of 20,000 frames of the training part: 20 bands as wide as ears tell apart, in decibels, less their mean, under Hann's window of 256 samples about the frame's middle.
"""
import pathlib
import sys
import wave

import numpy as np

FRAME, WINDOW, BANDS, SHAPES, STEPS, ROUNDS = 80, 256, 20, 16, 5, 20


def samples(path):
    with wave.open(str(path)) as file:
        if (file.getnchannels(), file.getsampwidth(), file.getframerate()) != (1, 2, 8000):
            raise SystemExit(f"{path} is not of one channel, 16 bits and 8 kHz")
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float64)


def bands():
    mel = np.linspace(0, 2595 * np.log10(1 + 4000 / 700), BANDS + 2)
    edges = (10 ** (mel / 2595) - 1) * 700 / 8000 * WINDOW
    at = np.arange(WINDOW // 2 + 1)[:, None]
    rise, fall = (at - edges[:-2]) / (edges[1:-1] - edges[:-2]), (edges[2:] - at) / (edges[2:] - edges[1:-1])
    return np.clip(np.minimum(rise, fall), 0, None)


def frames(clip, filters):
    """Loudness in steps, and the shape of each frame."""
    count, side = -(-len(clip) // FRAME), (WINDOW - FRAME) // 2
    padded = np.concatenate([np.zeros(side), clip, np.zeros(count * FRAME - len(clip) + side)])
    windows = np.stack([padded[i * FRAME:i * FRAME + WINDOW] for i in range(count)])
    rms = np.sqrt((windows[:, side:side + FRAME] ** 2).mean(1))
    power = np.abs(np.fft.rfft(windows * np.hanning(WINDOW))) ** 2
    decibels = 10 * np.log10(np.einsum("fw,wb->fb", power, filters) + 1e4)
    return np.clip(np.floor(np.log2(np.maximum(rms, 1) / 60) / 2) + 1, 0, STEPS - 1).astype(int), decibels - decibels.mean(1, keepdims=True)


def nearest(shapes, means):
    return ((shapes[:, None, :] - means[None]) ** 2).sum(2).argmin(1)


def main(folder):
    filters, draw = bands(), np.random.Generator(np.random.PCG64(1))
    clips = {path: frames(samples(path), filters) for path in sorted(pathlib.Path(folder).glob("*/*.wav"))}
    known = np.concatenate([shapes[loudness > 0] for path, (loudness, shapes) in clips.items() if path.parent.name == "train"])
    known = known[draw.permutation(len(known))[:20_000]]
    means = known[:SHAPES]
    for _ in range(ROUNDS):
        own = nearest(known, means)
        means = np.stack([known[own == k].mean(0) if (own == k).any() else means[k] for k in range(SHAPES)])
    means = means[np.argsort(means[:, BANDS // 2:].mean(1))]  # from low to high
    for path, (loudness, shapes) in clips.items():
        path.with_suffix(".txt").write_bytes((33 + SHAPES * loudness + nearest(shapes, means)).astype(np.uint8).tobytes())


if __name__ == "__main__":
    main(*sys.argv[1:])
