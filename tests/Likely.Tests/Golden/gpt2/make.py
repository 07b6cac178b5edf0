"""Makes the golden files of a tiny GPT-2: config.json, model.safetensors and logs.txt. Needs Python 3 with numpy and torch (Debian's python3-torch).

The network is written here as OpenAI's model.py has it, in double precision; its weights are random. logs.txt has a line for each position of a text of the vocabulary of
../bpe: the symbol before it, then log-probabilities of all symbols. The first position is that behind <|endoftext|>.
"""
import json
import os
import struct

import numpy as np
import torch

HERE = os.path.dirname(os.path.abspath(__file__))
SYMBOLS, CONTEXT, CHANNELS, HEADS, LAYERS, END = 385, 16, 12, 3, 2, 384
torch.manual_seed(7)
weights = {"wte.weight": torch.randn(SYMBOLS, CHANNELS) * 0.5, "wpe.weight": torch.randn(CONTEXT, CHANNELS) * 0.3}
for layer in range(LAYERS):
    at = f"h.{layer}."
    for norm in ("ln_1", "ln_2"):
        weights[f"{at}{norm}.weight"], weights[f"{at}{norm}.bias"] = 1 + torch.randn(CHANNELS) * 0.2, torch.randn(CHANNELS) * 0.2
    for name, inputs, outputs in (("attn.c_attn", CHANNELS, 3 * CHANNELS), ("attn.c_proj", CHANNELS, CHANNELS), ("mlp.c_fc", CHANNELS, 4 * CHANNELS), ("mlp.c_proj", 4 * CHANNELS, CHANNELS)):
        weights[f"{at}{name}.weight"], weights[f"{at}{name}.bias"] = torch.randn(inputs, outputs) * 0.4, torch.randn(outputs) * 0.2
    weights[f"{at}attn.bias"] = torch.tril(torch.ones(CONTEXT, CONTEXT)).view(1, 1, CONTEXT, CONTEXT)
    weights[f"{at}attn.masked_bias"] = torch.tensor(-10000.0)
weights["ln_f.weight"], weights["ln_f.bias"] = 1 + torch.randn(CHANNELS) * 0.2, torch.randn(CHANNELS) * 0.2
# Every way of keeping them, and names with the prefix; a value that a float16 holds is the same in all.
weights = {name: value.half().float() for name, value in weights.items()}
header, data = {"__metadata__": {"format": "pt"}}, b""
for number, (name, value) in enumerate(weights.items()):
    half = number % 3 == 1
    raw = value.numpy().astype("<f2" if half else "<f4").tobytes()
    header["transformer." + name] = {"dtype": "F16" if half else "F32", "shape": list(value.shape), "data_offsets": [len(data), len(data) + len(raw)]}
    data += raw
text = json.dumps(header).encode()
text += b" " * (-len(text) % 8)
with open(os.path.join(HERE, "model.safetensors"), "wb") as file: file.write(struct.pack("<Q", len(text)) + text + data)
with open(os.path.join(HERE, "config.json"), "w") as file:
    json.dump({"model_type": "gpt2", "activation_function": "gelu_new", "n_layer": LAYERS, "n_head": HEADS, "n_embd": CHANNELS, "n_positions": CONTEXT, "n_ctx": CONTEXT, "vocab_size": SYMBOLS, "bos_token_id": END,
               "eos_token_id": END, "layer_norm_epsilon": 1e-05, "attn_pdrop": 0.1, "initializer_range": 0.02, "architectures": ["GPT2LMHeadModel"]}, file, indent=1)

w = {name: value.double() for name, value in weights.items()}


def norm(x, name): return (x - x.mean(-1, keepdim=True)) / torch.sqrt(x.var(-1, unbiased=False, keepdim=True) + 1e-5) * w[name + ".weight"] + w[name + ".bias"]
def linear(x, name): return x @ w[name + ".weight"] + w[name + ".bias"]
def gelu(x): return 0.5 * x * (1 + torch.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x ** 3)))


def logs(symbols):
    count, size = len(symbols), CHANNELS // HEADS
    h = w["wte.weight"][symbols] + w["wpe.weight"][:count]
    for layer in range(LAYERS):
        at = f"h.{layer}."
        q, k, v = (part.view(count, HEADS, size).transpose(0, 1) for part in linear(norm(h, at + "ln_1"), at + "attn.c_attn").split(CHANNELS, -1))
        scores = q @ k.transpose(1, 2) / np.sqrt(size)
        scores = scores.masked_fill(torch.tril(torch.ones(count, count)) == 0, -float("inf"))
        h = h + linear((scores.softmax(-1) @ v).transpose(0, 1).reshape(count, CHANNELS), at + "attn.c_proj")
        h = h + linear(gelu(linear(norm(h, at + "ln_2"), at + "mlp.c_fc")), at + "mlp.c_proj")
    return torch.log_softmax(norm(h, "ln_f") @ w["wte.weight"].T, -1)


symbols = [END, 72, 300, 5, 384, 260, 17, 17, 330, 0, 383, 290]
with open(os.path.join(HERE, "logs.txt"), "w") as file:
    for symbol, row in zip(symbols, logs(symbols)): print(symbol, *(f"{value:.6f}" for value in row.tolist()), file=file)
