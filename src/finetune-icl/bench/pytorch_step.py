"""One training step of the released experiment in PyTorch, on one thread, for comparison.

The model is that of docs/theory.md, token by token: tokens z = (1, x, y), every token of a prompt updated by
z_i <- z_i + (1/N) sum_j (z_j' M z_i) V z_j, the prediction in the label slot of the query token. A step is a batch,
forward, backward, joint clipping and SGD with momentum, in PyTorch's default float32.

Reads one JSON line per request, {"stage", "keyQuery", "trainable", "update", "shots", "batch", "steps"}, takes that many
steps and answers {"seconds"}: processor time of this process. `finetune-icl bench` starts it; by hand:

    echo '{"stage": "pretraining", "keyQuery": "merged", "steps": 20}' | python3 src/finetune-icl/bench/pytorch_step.py
"""

import json
import sys
import time

import torch

torch.set_num_threads(1)
torch.manual_seed(0)

DIMENSION = 5
NOISE = 0.1**0.5
EXAMPLES = 10_000
DEVIATION = 0.05


def unit_tasks(count):
    tasks = torch.randn(count, DIMENSION)
    return tasks / tasks.norm(dim=1, keepdim=True)


def draw_prompts(tasks, shots):
    """Tokens (B, N, D) with the query last, its label slot empty, and the labels of the queries (B)."""
    covariates = torch.randn(tasks.shape[0], shots + 1, DIMENSION)
    labels = torch.einsum("bnd,bd->bn", covariates, tasks) + NOISE * torch.randn(tasks.shape[0], shots + 1)
    tokens = torch.cat([torch.ones(tasks.shape[0], shots + 1, 1), covariates, labels.unsqueeze(2)], dim=2)
    targets = labels[:, -1].clone()
    tokens[:, -1, -1] = 0
    return tokens, targets


class Attention(torch.nn.Module):
    """One layer, one head. `update` says which tokens are updated: "all", as in the definition, or the query alone."""

    def __init__(self, key_query, update):
        super().__init__()
        size = DIMENSION + 2
        names = ["value", "key_query"] if key_query == "merged" else ["value", "key", "query"]
        for name in names:
            self.register_parameter(name, torch.nn.Parameter(DEVIATION * torch.randn(size, size)))
        self.merged = key_query == "merged"
        self.update = update

    def forward(self, tokens):
        read = tokens if self.update == "all" else tokens[:, -1:]
        if self.merged:
            scores = tokens @ self.key_query @ read.transpose(1, 2)
        else:
            scores = (tokens @ self.key.T) @ (read @ self.query.T).transpose(1, 2)
        updated = read + scores.transpose(1, 2) @ (tokens @ self.value.T) / tokens.shape[1]
        return updated[:, -1, -1]


class Training:
    """A stage under way: its model, its optimiser and, in fine-tuning, its finite data sets."""

    def __init__(self, stage, key_query, trainable, update, shots, batch):
        self.shots, self.batch, self.stage = shots, batch, stage
        self.model = Attention(key_query, update)
        moving = {"all": ["value", "key_query", "key", "query"], "value": ["value"], "key": ["key"], "query": ["query"]}
        for name, parameter in self.model.named_parameters():
            parameter.requires_grad_(name in moving[trainable])
        self.parameters = [p for p in self.model.parameters() if p.requires_grad]
        self.optimiser = torch.optim.SGD(self.parameters, lr=0.01, momentum=0.9)
        if stage != "pretraining":
            task = unit_tasks(1).expand(EXAMPLES, DIMENSION)
            lengths = [0] if stage == "zero-shot" else [0, shots]
            self.data = [draw_prompts(task, length) for length in lengths]

    def losses(self):
        if self.stage == "pretraining":
            batches = [draw_prompts(unit_tasks(self.batch), self.shots)]
        else:
            chosen = [torch.randint(EXAMPLES, (self.batch,)) for _ in self.data]
            batches = [(tokens[rows], targets[rows]) for (tokens, targets), rows in zip(self.data, chosen)]
        return [((self.model(tokens) - targets) ** 2).mean() for tokens, targets in batches]

    def step(self, weight):
        loss, *auxiliary = self.losses()
        for term in auxiliary:
            loss = loss + weight * term
        self.optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.parameters, 1.0)
        self.optimiser.step()
        return loss.item()


def main():
    print(json.dumps({"torch": torch.__version__, "threads": torch.get_num_threads()}), flush=True)
    trainings = {}
    for line in sys.stdin:
        request = json.loads(line)
        settings = (
            request["stage"],
            request["keyQuery"],
            request.get("trainable", "all"),
            request.get("update", "all"),
            request.get("shots", 20),
            request.get("batch", 5000),
        )
        if settings not in trainings:
            trainings[settings] = Training(*settings)
            trainings[settings].step(1.0)
        steps = request["steps"]
        start = time.process_time()
        for step in range(steps):
            loss = trainings[settings].step(1 - step / steps)
        print(json.dumps({"seconds": time.process_time() - start, "loss": loss}), flush=True)


main()
