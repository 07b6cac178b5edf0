"""A learned codec to compare with: the Gated PixelCNN of the default keys in PyTorch, every layer cached so that a pixel is computed once,
and one rANS lane an image, all lanes at once in numpy. Encoding is stepwise too: the parallel pass gives other floats (it is printed how many).

usage: pytorch_cached_codec.py [images] [channels] [layers] [threads]      (needs python3-torch, python3-numpy; random weights, 28 x 28 bits)
"""
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F

images, channels, layers, threads = (int(sys.argv[i]) if len(sys.argv) > i else d for i, d in ((1, 64), (2, 32), (3, 7), (4, 2)))
torch.set_num_threads(threads)
torch.manual_seed(0)
HEIGHT = WIDTH = 28
BITS = 24


def weight(*shape, fan):
    return torch.randn(*shape) * (1.4 / fan) ** 0.5


class Layer:
    """Vertical k x k above the row (first) or with it, horizontal to the left, both gated; the vertical one feeds the horizontal one a row later."""

    def __init__(self, inputs, kernel, first):
        c, self.half, self.first = channels, kernel // 2, first
        self.rows = self.half if first else self.half + 1
        taps = self.half if first else self.half + 1
        self.vertical = weight(2 * c, inputs, self.rows, kernel, fan=inputs * self.rows * kernel)
        self.horizontal = weight(2 * c, inputs, 1, taps, fan=inputs * taps)
        self.flat = self.horizontal[:, :, 0].permute(2, 1, 0).reshape(taps * inputs, 2 * c).contiguous()
        self.down, self.out = weight(2 * c, 2 * c, fan=2 * c), weight(c, c, fan=c)
        self.down_t, self.out_t = self.down.t().contiguous(), self.out.t().contiguous()


net = [Layer(1 if i == 0 else channels, 7 if i == 0 else 3, i == 0) for i in range(layers)]
hidden, output = weight(channels, channels, fan=channels), weight(channels, 1, fan=channels)


def gate(x):
    a, b = x.chunk(2, 1)
    return torch.tanh(a) * torch.sigmoid(b)


def parallel(x):
    """Probability of a 1 at every pixel, all at once."""
    v = h = x
    for l in net:
        p = l.half
        vx = F.conv2d(F.pad(v, (p, p, p, 0)), l.vertical)[:, :, :HEIGHT]
        above = vx if l.first else F.pad(vx, (0, 0, 1, 0))[:, :, :HEIGHT]
        left = F.conv2d(F.pad(h, (p, 0, 0, 0)), l.horizontal)[:, :, :, :WIDTH]
        g = F.conv2d(gate(left + F.conv2d(above, l.down[:, :, None, None])), l.out[:, :, None, None])
        v, h = gate(vx), g if l.first else g + h
    return torch.sigmoid(F.conv2d(F.relu(F.conv2d(F.relu(h), hidden.t()[:, :, None, None])), output.t()[:, :, None, None]))


def stepwise(count, observe):
    """Calls observe(step, probabilities) for every pixel; it returns the pixel's values."""
    c = channels
    image = torch.zeros(count, 1, HEIGHT + 3, WIDTH + 6)
    tops = [None] + [torch.zeros(count, c, 2, WIDTH + 2) for _ in net[1:]]  # the rows above and here of each vertical input
    before = [None] + [torch.zeros(count, 2 * c, 1, WIDTH) for _ in net[1:]]
    for i in range(HEIGHT):
        terms = []
        for k, l in enumerate(net):
            if l.first:
                vx = above = F.conv2d(image[:, :, i:i + 3], l.vertical)
            else:
                tops[k][:, :, 0] = tops[k][:, :, 1]
                tops[k][:, :, 1, 1:-1] = v[:, :, 0]
                vx, above = F.conv2d(tops[k], l.vertical), before[k]
                before[k] = vx
            terms.append((above[:, :, 0].permute(2, 0, 1).reshape(-1, 2 * c) @ l.down_t).view(WIDTH, count, 2 * c))
            v = gate(vx)
        left = [torch.zeros(count, 2 * c) for _ in net]  # the column before and this one of each horizontal input
        row = torch.zeros(count, WIDTH + 3)
        for j in range(WIDTH):
            for k, l in enumerate(net):
                if l.first:
                    h = torch.mm(gate(torch.addmm(terms[0][j], row[:, j:j + 3], l.flat)), l.out_t)
                else:
                    pair = left[k]
                    pair[:, c:] = h
                    g = torch.addmm(h, gate(torch.addmm(terms[k][j], pair, l.flat)), l.out_t)
                    pair[:, :c] = h
                    h = g
            p = torch.sigmoid(torch.relu_(torch.relu(h) @ hidden) @ output)[:, 0]
            row[:, j + 3] = observe(i * WIDTH + j, p)
        image[:, 0, i + 3, 3:-3] = row[:, 3:]


def frequency(p):
    return np.clip((p.numpy().astype(np.float64) * (1 << BITS)).astype(np.int64), 1, (1 << BITS) - 1).astype(np.uint64)


def encode(pixels):
    count, frequencies = len(pixels), np.empty((HEIGHT * WIDTH, len(pixels)), np.uint64)
    flat = torch.from_numpy(pixels.reshape(count, -1).T.copy()).float()

    def observe(step, p):
        frequencies[step] = frequency(p)
        return flat[step]

    stepwise(count, observe)
    bits, total = pixels.reshape(count, -1).T.astype(bool), np.uint64(1 << BITS)
    state, lanes = np.full(count, 1 << 31, np.uint64), [[] for _ in range(count)]
    for step in range(HEIGHT * WIDTH - 1, -1, -1):
        f = np.where(bits[step], frequencies[step], total - frequencies[step])
        start = np.where(bits[step], np.uint64(0), frequencies[step])
        for lane in np.flatnonzero(state >= f << np.uint64(63 - BITS)):
            lanes[lane].append(int(state[lane]) & 0xffffffff)
            state[lane] >>= np.uint64(32)
        state = (state // f << np.uint64(BITS)) + state % f + start
    return state, [np.array(lane[::-1], np.uint64) for lane in lanes]


def decode(state, lanes):
    count, state = len(lanes), state.copy()
    words = np.zeros((count, max(map(len, lanes)) + 1), np.uint64)
    for lane, w in enumerate(lanes):
        words[lane, :len(w)] = w
    place, rows, mask = np.zeros(count, np.int64), np.arange(count), np.uint64((1 << BITS) - 1)
    result = np.empty((HEIGHT * WIDTH, count), np.uint8)

    def observe(step, p):
        nonlocal state, place
        one, low = frequency(p), state & mask
        bit = low < one
        f = np.where(bit, one, mask + np.uint64(1) - one)
        state = f * (state >> np.uint64(BITS)) + low - np.where(bit, np.uint64(0), one)
        short = state < np.uint64(1 << 31)
        state = np.where(short, state << np.uint64(32) | words[rows, place], state)
        place += short
        result[step] = bit
        return torch.from_numpy(bit.astype(np.float32))

    stepwise(count, observe)
    return result.T.reshape(count, HEIGHT, WIDTH)


with torch.inference_mode():
    x = (np.random.default_rng(1).random((images, HEIGHT, WIDTH)) > 0.8).astype(np.uint8)
    seen = []
    stepwise(images, lambda step, p: (seen.append(p), torch.from_numpy(x.reshape(images, -1)[:, step].astype(np.float32)))[1])
    other = parallel(torch.from_numpy(x[:, None]).float()).view(images, -1).t()
    one = torch.stack(seen)
    print(f'parallel and stepwise probabilities differ by at most {float((one - other).abs().max()):.1e}; {100 * float((one != other).float().mean()):.0f} % are not equal')
    best = [1e9, 1e9]
    for _ in range(5):
        t = time.time()
        coded = encode(x)
        best[0] = min(best[0], time.time() - t)
        t = time.time()
        back = decode(*coded)
        best[1] = min(best[1], time.time() - t)
        assert (back == x).all()
    size = sum(8 + 4 * len(lane) for lane in coded[1])
    print(f'{images} images, {threads} threads: encode {best[0] * 1e3:.1f} ms, decode {best[1] * 1e3:.1f} ms, {size} bytes; decode {x.size / best[1]:.0f} pixels/s')
