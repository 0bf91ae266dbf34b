"""The exact risk of one layer and its gradient in NumPy and in PyTorch, on one thread, for comparison.

The formulas are those of src/core/exact/layerRisk.ts, in arrays, double precision. "dense" treats the covariance as any
symmetric matrix (two products of d x d matrices, by BLAS), "diagonal" as the vector of its diagonal. NumPy computes the
gradient by the same reverse formulas; PyTorch by automatic differentiation of the risk.

Reads one JSON line per request, {"library", "covariance", "dimension", "gradient", "calls"}, and answers {"seconds", "risk",
"slope"}: processor time of all calls, the risk and the length of the gradient at the same numbers on every side. "product" in
place of a library multiplies two d x d matrices. `finetune-icl bench` starts it.
"""

import contextlib
import io
import json
import sys
import time

import numpy as np

NOISE = 0.1
SHOTS = 20


def numbers(dimension):
    """What every side computes with: no random numbers, so that the answers can be compared."""
    size = dimension + 2
    k = np.arange(size * size, dtype=float)
    key_query = np.sin(k + 1.0).reshape(size, size) / dimension
    value = np.cos(np.arange(size, dtype=float))
    task = np.sin(2.0 * np.arange(dimension) + 0.5) / np.sqrt(dimension)
    spectrum = 1.0 + np.arange(dimension) / dimension
    return spectrum, task, value, key_query


def numpy_risk(sigma, task, value, key_query, dense, gradient):
    """The risk at SHOTS shots and, where asked for, its slopes in v and M."""
    a, b = SHOTS / (SHOTS + 1), 1 / (SHOTS + 1)
    times = (lambda x: sigma @ x) if dense else (lambda x: sigma * x)
    v0, v, w = value[0], value[1:-1], value[-1]
    block, first, column = key_query[1:-1, 1:-1], key_query[0, 1:-1], key_query[1:-1, 0]
    m00, y0, label = key_query[0, 0], key_query[-1, 0], key_query[-1, 1:-1]
    st = times(task)
    tt = task @ st
    score, phi, reader = first + column, v + w * task, column + y0 * task
    x = st @ block
    sv, sn, sl, sm, sr0, sx = times(v), times(first), times(label), times(score), times(reader), times(x)
    sphi = sv + w * st
    cov = task @ sphi + w * NOISE
    z = sigma @ (block @ sigma) if dense else block * sigma * sigma[:, None]
    zz = z + z.T
    trace = np.vdot(block, sigma) if dense else np.diagonal(block) @ sigma
    down = sv @ block
    g = (block @ sv + down) / 2
    r = down + w * x + cov * label
    r0 = column @ sphi + y0 * cov
    t2 = np.vdot(block, zz) / 2
    vv, mm, mv, ll = v @ sv, score @ sm, score @ sv, label @ sl
    q = phi @ sphi + w * w * NOISE
    constant = m00 * m00 + first @ sn
    spread = np.vdot(block, z) + reader @ sr0 + NOISE * y0 * y0 + (NOISE + tt) * ll + 2 * (x @ sl)
    mean = a * (v0 * m00 + r0) + b * (v0 * (m00 + trace) + mv)
    lin = -task + a * (v0 * first + r) + b * ((m00 + trace) * v + v0 * score + 2 * g)
    slin, sg, sr = times(lin), times(g), times(r)
    quadratic = 2 * v0 * v0 * t2 + 4 * v0 * (sm @ g) + mv * mv + vv * mm
    cubic = 2 * t2 * vv + 4 * (g @ sg)
    variance = (constant + spread) * q + 2 * v0 * (m00 * r0 + sn @ r) + v0 * v0 * spread + r0 * r0 + r @ sr
    risk = NOISE + mean * mean + lin @ slin + b * b * (quadratic + cubic) + a * b * variance
    if not gradient:
        return risk, None, None

    bb, ab = b * b, 2 * a * b
    q_bar, spread_bar = ab * (constant + spread), ab * (q + v0 * v0)
    r0_bar = ab * (v0 * m00 + r0) + 2 * a * mean
    lin_bar = 2 * slin
    g_bar = bb * (4 * v0 * sm + 8 * sg) + 2 * b * lin_bar
    r_bar = ab * (v0 * sn + sr) + a * lin_bar
    lin_v = slin @ v
    t_bar = 2 * b * (mean * v0 + lin_v)
    mv_bar = 2 * bb * mv + 2 * b * mean
    score_bar = b * v0 * lin_bar + mv_bar * sv + 2 * bb * vv * sm + 4 * bb * v0 * sg
    value_bar = np.empty_like(value)
    slopes = np.zeros_like(key_query)
    cov_bar = r0_bar * y0 + label @ r_bar
    phi_bar = times(r0_bar * column + block @ r_bar + cov_bar * task) + q_bar * sphi
    value_bar[0] = (
        2 * mean * (a * m00 + b * (m00 + trace))
        + 2 * (a * (slin @ first) + b * (slin @ score))
        + 4 * bb * (v0 * t2 + sm @ g)
        + ab * (m00 * r0 + sn @ r + v0 * spread)
    )
    value_bar[1:-1] = (
        b * (m00 + trace) * lin_bar
        + 2 * bb * (mm + 2 * t2) * sv
        + mv_bar * sm
        + times(block @ g_bar + g_bar @ block) / 2
        + phi_bar
    )
    value_bar[-1] = q_bar * NOISE * w + cov_bar * NOISE + task @ phi_bar
    slopes[0, 0] = 2 * mean * v0 + 2 * b * lin_v + ab * (m00 * q + v0 * r0)
    reader_bar = spread_bar * sr0
    slopes[0, 1:-1] = a * v0 * lin_bar + ab * (q * sn + v0 * sr) + score_bar
    slopes[1:-1, 0] = score_bar + reader_bar + r0_bar * sphi
    slopes[-1, 0] = r0_bar * cov + spread_bar * NOISE * y0 + task @ reader_bar
    slopes[-1, 1:-1] = cov * r_bar + spread_bar * ((NOISE + tt) * sl + sx)
    matrix = slopes[1:-1, 1:-1]
    np.multiply(zz, 2 * bb * (v0 * v0 + vv), out=matrix)
    matrix += spread_bar * z
    left = np.stack([g_bar / 2, sv / 2, sphi, spread_bar * st], axis=1)
    matrix += left @ np.stack([sv, g_bar, r_bar, sl])
    if dense:
        matrix += t_bar * sigma
    else:
        matrix[np.arange(len(v)), np.arange(len(v))] += t_bar * sigma
    return risk, value_bar, slopes


def torch_risk(torch, sigma, task, value, key_query, dense):
    """The same risk of tensors, for automatic differentiation."""
    a, b = SHOTS / (SHOTS + 1), 1 / (SHOTS + 1)
    times = (lambda x: sigma @ x) if dense else (lambda x: sigma * x)
    v0, v, w = value[0], value[1:-1], value[-1]
    block, first, column = key_query[1:-1, 1:-1], key_query[0, 1:-1], key_query[1:-1, 0]
    m00, y0, label = key_query[0, 0], key_query[-1, 0], key_query[-1, 1:-1]
    st = times(task)
    tt = task @ st
    score, phi, reader = first + column, v + w * task, column + y0 * task
    x = st @ block
    sv, sl, sm = times(v), times(label), times(score)
    sphi = sv + w * st
    cov = task @ sphi + w * NOISE
    z = sigma @ (block @ sigma) if dense else block * sigma * sigma[:, None]
    trace = (block * sigma).sum() if dense else block.diagonal() @ sigma
    down = sv @ block
    g = (block @ sv + down) / 2
    r = down + w * x + cov * label
    r0 = column @ sphi + y0 * cov
    t2 = ((block * z).sum() + (block * z.T).sum()) / 2
    vv, mv = v @ sv, score @ sv
    q = phi @ sphi + w * w * NOISE
    constant = m00 * m00 + first @ times(first)
    spread = (block * z).sum() + reader @ times(reader) + NOISE * y0 * y0 + (NOISE + tt) * (label @ sl) + 2 * (x @ sl)
    mean = a * (v0 * m00 + r0) + b * (v0 * (m00 + trace) + mv)
    lin = -task + a * (v0 * first + r) + b * ((m00 + trace) * v + v0 * score + 2 * g)
    quadratic = 2 * v0 * v0 * t2 + 4 * v0 * (sm @ g) + mv * mv + vv * (score @ sm)
    cubic = 2 * t2 * vv + 4 * (g @ times(g))
    variance = (constant + spread) * q + 2 * v0 * (m00 * r0 + first @ times(r)) + v0 * v0 * spread + r0 * r0 + r @ times(r)
    return NOISE + mean * mean + lin @ times(lin) + b * b * (quadratic + cubic) + a * b * variance


def versions():
    text = io.StringIO()
    with contextlib.redirect_stdout(text):
        try:
            config = np.show_config(mode="dicts")
        except TypeError:
            config = None
    blas = (config or {}).get("Build Dependencies", {}).get("blas", {})
    vectors = (config or {}).get("SIMD Extensions", {})
    found = {
        "python": sys.version.split()[0],
        "numpy": np.__version__,
        "blas": " ".join(filter(None, [blas.get("name"), blas.get("version")])) or "unknown",
        "vectors": (vectors.get("found") or vectors.get("baseline") or ["unknown"])[-1],
    }
    try:
        import torch

        torch.set_num_threads(1)
        found["torch"] = torch.__version__
        found["torchVectors"] = torch.backends.cpu.get_cpu_capability() if hasattr(torch.backends, "cpu") else "unknown"
        found["torchBlas"] = "MKL" if torch.backends.mkl.is_available() else "no MKL"
    except ImportError:
        torch = None
    return torch, found


def side(torch, library, covariance, dimension, gradient):
    """A function that computes once, and returns the risk and the length of its gradient."""
    spectrum, task, value, key_query = numbers(dimension)
    dense = covariance == "dense"
    sigma = np.diag(spectrum) if dense else spectrum
    if library == "product":
        x, y = key_query[1:-1, 1:-1].copy(), key_query[:-2, :-2].copy()
        return lambda: ((x @ y)[0, 0], 0.0)
    if library == "numpy":

        def call():
            risk, v, m = numpy_risk(sigma, task, value, key_query, dense, gradient)
            return risk, float(np.sqrt(v @ v + np.vdot(m, m))) if gradient else 0.0

        return call
    sigma, task, value, key_query = [torch.from_numpy(each) for each in (sigma, task, value, key_query)]
    value.requires_grad_(gradient)
    key_query.requires_grad_(gradient)

    def call():
        if not gradient:
            with torch.no_grad():
                return torch_risk(torch, sigma, task, value, key_query, dense).item(), 0.0
        risk = torch_risk(torch, sigma, task, value, key_query, dense)
        v, m = torch.autograd.grad(risk, [value, key_query])
        return risk.item(), float((v @ v + (m * m).sum()).sqrt())

    return call


def main():
    torch, found = versions()
    print(json.dumps(found), flush=True)
    sides = {}
    for line in sys.stdin:
        request = json.loads(line)
        key = tuple(request[name] for name in ("library", "covariance", "dimension", "gradient"))
        if key not in sides:
            sides[key] = side(torch, *key)
            sides[key]()
        start = time.process_time()
        for _ in range(request["calls"]):
            risk, slope = sides[key]()
        print(json.dumps({"seconds": time.process_time() - start, "risk": risk, "slope": slope}), flush=True)


main()
