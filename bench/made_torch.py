"""Training MADE on rows of a table by PyTorch, for examples a second beside `likely train --json`: masked layers, rectifiers, Adam, one order; of binary columns (Germain et al. 2015, their own form)
or of columns of names, a softmax each.

    /usr/bin/python3 bench/made_torch.py --rows 400 --columns 500 --hidden 500 --batch 50 --threads 1
"""
import argparse, time
import torch
from torch import nn
from torch.nn import functional

parser = argparse.ArgumentParser()
for name, usual in (("rows", 2000), ("columns", 112), ("names", 2), ("hidden", 500), ("layers", 1), ("batch", 64), ("steps", 300), ("threads", 1)):
    parser.add_argument(f"--{name}", type=int, default=usual)
given = parser.parse_args()
torch.manual_seed(1)
torch.set_num_threads(given.threads)


class Masked(nn.Linear):
    def __init__(self, inputs, outputs, mask):
        super().__init__(inputs, outputs)
        self.register_buffer("mask", mask)

    def forward(self, values):
        return functional.linear(values, self.weight * self.mask, self.bias)


width = 1 if given.names == 2 else given.names
place = torch.arange(given.columns).repeat_interleave(width)
degrees = [place] + [torch.arange(given.hidden) % (given.columns - 1) for _ in range(given.layers)]
layers = []
for before, after in zip(degrees, degrees[1:]):
    layers += [Masked(len(before), len(after), (after[:, None] >= before[None]).float()), nn.ReLU()]
layers.append(Masked(given.hidden, len(place), (place[:, None] > degrees[-1][None]).float()))
model = nn.Sequential(*layers)
optimizer = torch.optim.Adam(model.parameters(), 1e-3)
rows = torch.randint(0, given.names, (given.rows, given.columns))


def step():
    symbols = rows[torch.randint(0, given.rows, (given.batch,))]
    inputs = symbols.float() if width == 1 else functional.one_hot(symbols, given.names).float().flatten(1)
    outputs = model(inputs)
    loss = functional.binary_cross_entropy_with_logits(outputs, inputs) if width == 1 else functional.cross_entropy(outputs.view(-1, given.names), symbols.flatten())
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    optimizer.step()


for _ in range(30):
    step()
begin = time.perf_counter()
for _ in range(given.steps):
    step()
print(f"{given.batch * given.steps / (time.perf_counter() - begin):.0f} examples/s, {sum(one.numel() for one in model.parameters())} weights")
