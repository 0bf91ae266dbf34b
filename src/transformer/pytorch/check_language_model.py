"""Holds the two ways in which language_model.py reads a prompt against each other, on the tiny model: with its context read once and
kept, and whole. Prints the largest difference of negative log likelihoods as JSON.

    python check_language_model.py PROMPTS.jsonl
"""

import json
import sys
from argparse import Namespace
from pathlib import Path

import torch

import language_model as lm

torch.set_num_threads(1)
model, tokens, _ = lm.load(Namespace(model=None, tiny=True, device="cpu"))
with torch.no_grad():
    # Attention that is far from uniform, so that a wrong mask would show.
    for module in model.modules():
        if isinstance(module, torch.nn.Linear):
            module.weight.mul_(20)
prompts = lm.read_prompts(Path(sys.argv[1]))
# A few lines at once, as on a GPU.
measured = iter(lm.measure_all(model, tokens, prompts["tests"], "cpu", 8))
worst, least, compared = 0.0, float("inf"), 0
for line in prompts["tests"]:
    kept = next(measured)["nll"]
    whole = []
    for group in line["contexts"]:
        for query in group["queries"]:
            examples = group["examples"] + [[query["input"], query["output"]]]
            with torch.no_grad():
                whole.append(lm.losses(model, [lm.sequence(tokens, examples, len(examples) - 1)], "cpu").item())
    worst = max(worst, *(abs(a - b) / b for a, b in zip(kept, whole)))
    least = min(least, *whole)
    compared += len(whole)
print(json.dumps({"compared": compared, "worst": worst, "least": least}))
