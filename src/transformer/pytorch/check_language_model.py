"""Holds language_model.py against itself, on the tiny model: a prompt whose context is read once and kept against the whole prompt
(the largest difference of negative log likelihoods), and a training with products in bfloat16 against one in float32 (the zero-shot
loss of its first step, and of its last in either). Prints JSON.

    python check_language_model.py FOLDER
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
folder = Path(sys.argv[1])
plan = json.loads((folder / "plan.json").read_text())
cell = next(each for each in plan["cells"] if each["trainable"] and each["trainable"]["name"] == "all")
prompts = lm.read_prompts(folder / "prompts" / cell["prompts"])
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


def trained(bfloat16):
    """Zero-shot losses of thirty steps of a training fast enough to be seen in bfloat16."""
    arguments = Namespace(model=None, tiny=True, device="cpu", bfloat16=bfloat16, queries=8, folder=folder / f"trained-{bfloat16}")
    worker = lm.Worker(*lm.load(arguments), {**plan, "measureEnd": False}, arguments)
    worker.prompts = {cell["prompts"]: {**prompts, "steps": 10 * prompts["steps"]}}
    worker.do({**cell, "rate": 3e-3, "levels": []})
    return json.loads(lm.result_path(arguments, cell).read_text())["trainingLoss"]


full, half = trained(False), trained(True)
print(json.dumps({"compared": compared, "worst": worst, "least": least, "first": full[0], "last": full[-1], "lastBfloat16": half[-1]}))
