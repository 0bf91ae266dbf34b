"""The GPT of this package in PyTorch, and its training: the same parameters and the same prompts must give the same losses.

Reads a JSON file with a shape, parameters (name -> shape, base64 of little-endian float32) and cases (what is trained, the
optimiser, the batches of every step); prints the version of PyTorch and the loss of every case before each step.

    python gpt.py cases.json > losses.json
"""

import base64
import json
import math
import re
import struct
import sys

import torch
from torch.nn import functional as F

SETS = {
    "all": ".",
    "attention": r"\.(?:query|key|value|output)$",
    "value": r"\.value$",
    "value-output": r"\.(?:value|output)$",
    "query-key": r"\.(?:query|key)$",
    "mlp": r"\.mlp\.",
    "layer-norm": r"^(?:layer\d+\.)?norm-",
    "readout": "^readout",
}


def tensor(stored, device="cpu"):
    """A tensor of what the file holds."""
    data = base64.b64decode(stored["float32"])
    values = struct.unpack(f"<{len(data) // 4}f", data)
    return torch.tensor(values, dtype=torch.float32, device=device).reshape(stored["shape"])


def forward(shape, parameters, tokens):
    """Predictions, batch x length; tokens are batch x length x (d + 1)."""
    batch, length, _ = tokens.shape
    width, heads = shape["width"], shape["heads"]
    causal = torch.triu(torch.full((length, length), -1e9, device=tokens.device), diagonal=1)

    def norm(rows, name):
        return F.layer_norm(rows, (width,), parameters[f"{name}.scale"], parameters[f"{name}.shift"], eps=1e-5)

    stream = tokens @ parameters["read-in"] + parameters["positions"][:length]
    for layer in range(shape["layers"]):
        at = f"layer{layer}"
        read = norm(stream, f"{at}.norm-attention")
        query, key, value = (
            (read @ parameters[f"{at}.{name}"]).reshape(batch, length, heads, width // heads).transpose(1, 2)
            for name in ("query", "key", "value")
        )
        scores = query @ key.transpose(2, 3) / math.sqrt(width // heads) + causal
        mixed = (torch.softmax(scores, -1) @ value).transpose(1, 2).reshape(batch, length, width)
        stream = stream + mixed @ parameters[f"{at}.output"]
        hidden = norm(stream, f"{at}.norm-mlp") @ parameters[f"{at}.mlp.in"] + parameters[f"{at}.mlp.in.bias"]
        stream = stream + F.gelu(hidden, approximate="tanh") @ parameters[f"{at}.mlp.out"] + parameters[f"{at}.mlp.out.bias"]
    return (norm(stream, "norm-last") @ parameters["readout"] + parameters["readout.bias"]).squeeze(-1)


def train(shape, start, case):
    """The loss before each step."""
    parameters = {name: value.clone() for name, value in start.items()}
    trainable = case["trainable"]
    if trainable["kind"] == "set":
        trained = {name: value for name, value in parameters.items() if re.search(SETS[trainable["set"]], name)}
    else:
        trained = {name: tensor(stored) for name, stored in case["adapters"].items()}
    for value in trained.values():
        value.requires_grad_(True)

    def assembled():
        if trainable["kind"] == "set":
            return parameters
        whole = dict(parameters)
        for name in {name.split(":")[0] for name in trained}:
            product = trained[f"{name}:down"] @ trained[f"{name}:up"]
            whole[name] = parameters[name] + trainable["scale"] * product
        return whole

    adam = case["optimiser"]
    towards_start = adam["decayTowards"] == "start"
    origin = {name: value.detach().clone() for name, value in trained.items()}
    optimiser = torch.optim.AdamW(
        trained.values(), lr=adam["rate"], betas=(0.9, 0.999), eps=1e-8, weight_decay=0 if towards_start else adam["decay"]
    )
    losses = []
    for step in case["steps"]:
        optimiser.zero_grad()
        whole = assembled()
        loss = 0
        for part in step:
            batch = {name: tensor(stored) for name, stored in part["batch"].items()}
            errors = (forward(shape, whole, batch["tokens"]) - batch["labels"]) ** 2
            loss = loss + part["weight"] * (errors * batch["weights"]).sum() / len(errors)
        losses.append(loss.item())
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained.values(), 1.0)
        if towards_start and adam["decay"] > 0:
            with torch.no_grad():
                for name, value in trained.items():
                    value -= adam["rate"] * adam["decay"] * (value - origin[name])
        optimiser.step()
    return losses


def main(path):
    """Losses of every case of a file."""
    torch.manual_seed(0)
    torch.set_num_threads(1)
    with open(path, encoding="utf-8") as file:
        request = json.load(file)
    start = {name: tensor(stored) for name, stored in request["parameters"].items()}
    losses = {case["name"]: train(request["shape"], start, case) for case in request["cases"]}
    print(json.dumps({"torch": torch.__version__, "losses": losses}, indent=1))


if __name__ == "__main__":
    main(sys.argv[1])
