"""How much of each atom a Gabor function explains: a grating under an elliptic Gaussian, fitted by least squares.

    likely show atoms.likely --out atoms.npy
    python3 bench/gabor_fit.py atoms.npy 12 12

A Gabor function is a exp(-u^2 / 2 s^2 - v^2 / 2 t^2) cos(2 pi f u + p), with (u, v) the pixel's place about a centre in axes turned by an angle.
R^2 = 1 - |atom - fit|^2 / |atom - its mean|^2, the best of several beginnings. An atom counts as localised if the fit's s t is less than a quarter of the
patch's area, as oriented if its grating or its Gaussian is longer one way than the other by half, and as band-pass if its spectrum's peak lies above half a
cycle over the patch and holds ten times what is at zero. Needs numpy and scipy.
"""
import sys
import numpy as np
from scipy.optimize import least_squares


def gabor(p, y, x):
    a, cy, cx, angle, s, t, f, phase = p
    u = (x - cx) * np.cos(angle) + (y - cy) * np.sin(angle)
    v = -(x - cx) * np.sin(angle) + (y - cy) * np.cos(angle)
    return a * np.exp(-0.5 * (u / s) ** 2 - 0.5 * (v / t) ** 2) * np.cos(2 * np.pi * f * u + phase)


def fit(atom, height, width):
    y, x = np.mgrid[:height, :width].astype(float)
    picture = atom.reshape(height, width)
    total = ((picture - picture.mean()) ** 2).sum()
    energy = picture ** 2
    cy, cx = (energy * y).sum() / energy.sum(), (energy * x).sum() / energy.sum()
    peak = np.unravel_index(np.argmax(energy), energy.shape)
    size = 4 * max(height, width)
    spectrum = np.abs(np.fft.fft2(picture, (size, size)))
    spectrum[0, 0] = 0
    fy, fx = np.meshgrid(np.fft.fftfreq(size), np.fft.fftfreq(size), indexing="ij")
    spectrum[(fx < 0) | ((fx == 0) & (fy < 0))] = 0
    top = np.unravel_index(np.argmax(spectrum), spectrum.shape)
    frequency, angle = np.hypot(fy[top], fx[top]), np.arctan2(fy[top], fx[top])
    zero = picture.sum() ** 2
    band = frequency * max(height, width) > 0.5 and spectrum[top] ** 2 > 10 * zero
    best = (-np.inf, None, band)
    low = [-np.inf, -2, -2, -np.inf, 0.4, 0.4, 0, -np.inf]
    high = [np.inf, height + 1, width + 1, np.inf, 2 * width, 2 * height, 0.75, np.inf]
    for centre in ((cy, cx), peak):
        for s in (1.2, 2.5):
            for f in (frequency, frequency / 2):
                for phase in (0, np.pi / 2):
                    begin = [np.abs(picture).max(), *centre, angle, s, 1.5 * s, min(f, 0.7), phase]
                    try:
                        found = least_squares(lambda p: (gabor(p, y, x) - picture).ravel(), begin, bounds=(low, high), max_nfev=100)
                    except ValueError:
                        continue
                    r2 = 1 - 2 * found.cost / total
                    if r2 > best[0]:
                        best = (r2, found.x, band)
            if best[0] > 0.97:
                return best
    return best


def main():
    atoms, height, width = np.load(sys.argv[1]).astype(float), int(sys.argv[2]), int(sys.argv[3])
    atoms = atoms[:, :height * width]
    used = [atom for atom in atoms if (atom ** 2).sum() > 1e-6]
    fits = [fit(atom, height, width) for atom in used]
    r2 = np.array([f[0] for f in fits])
    parameters = np.array([f[1] for f in fits])
    local = np.minimum(parameters[:, 4], width) * np.minimum(parameters[:, 5], height) < height * width / 4
    oriented = (parameters[:, 6] * np.minimum(parameters[:, 5], height) > 0.15) | (np.maximum(parameters[:, 4], parameters[:, 5]) > 1.5 * np.minimum(parameters[:, 4], parameters[:, 5]))
    band = np.array([f[2] for f in fits])
    print(f"{len(used)} atoms of {height}x{width}: R^2 > .8 {100 * np.mean(r2 > .8):.1f} %, > .7 {100 * np.mean(r2 > .7):.1f} %, > .5 {100 * np.mean(r2 > .5):.1f} %, median {np.median(r2):.3f}; "
          f"localised {100 * np.mean(local):.1f} %, oriented {100 * np.mean(oriented):.1f} %, band-pass {100 * np.mean(band):.1f} %")


if __name__ == "__main__":
    main()
