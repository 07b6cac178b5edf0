#!/usr/bin/env python3
"""What clips of sound are at each hundredth of a second, for docs/results/sound.md:

    python3 bench/sound_frames.py FOLDER    FOLDER has clips of 16 bits and 8 kHz in train and in test

Beside each a.wav an a.txt is written, one printable byte a frame of 80 samples: "!" and 16 times one of 5 steps of loudness, 12 decibels apart, and one of 16 shapes of the spectrum, which are the
means of k-means (20 rounds, begun from frames drawn by a seed) of 20,000 frames of the training part: 20 bands as wide as ears tell apart, in decibels, less their mean, under Hann's window of 256 samples about the frame's middle.
Told is what the test part's frames take by counts of the training part: what their symbols say of the sounds is no more.
"""
import collections
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


def taken(train, test):
    """Bits of frames by how often they followed the one before, which is as good as 20 of how often they are at all."""
    single, first, pair = collections.Counter(), collections.Counter(), collections.Counter()
    for clip in train:
        single.update(clip)
        first.update(clip[:-1])
        pair.update(zip(clip, clip[1:]))
    total, bits = sum(single.values()) + SHAPES * STEPS, 0.0
    for clip in test:
        for i, now in enumerate(clip):
            alone = (single[now] + 1) / total
            bits -= np.log2((pair[clip[i - 1], now] + 20 * alone) / (first[clip[i - 1]] + 20) if i else alone)
    return bits


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
    parts = {"train": [], "test": []}
    for path, (loudness, shapes) in clips.items():
        parts[path.parent.name].append(33 + SHAPES * loudness + nearest(shapes, means))
        path.with_suffix(".txt").write_bytes(parts[path.parent.name][-1].astype(np.uint8).tobytes())
    count, bits = sum(map(len, parts["test"])), taken(*parts.values())
    seconds = sum(path.stat().st_size - 44 for path in clips if path.parent.name == "test") / 16_000
    print(f"{count} frames of the test part: {bits / count:.2f} bits each given the one before, {bits / (8000 * seconds):.4f} bits a sample")


if __name__ == "__main__":
    main(*sys.argv[1:])
