import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { FLOAT } from "../../../src/core/algebra/numberField";
import { intrusionAndGain, linearResponse } from "../../../src/core/exact/linearResponse";
import { predict } from "../../../src/core/predict/predict";
import { isotropicSetting } from "../../../src/core/problem/isotropicSetting";
import { packageRoot } from "../../support/root";

it("full fine-tuning with an auxiliary loss: intrusion and gain on an orthogonal task are those of docs/theory.md", () => {
  const { problem, pretraining } = isotropicSetting({
    dimension: 5,
    noiseVariance: 0.1,
    pretrainingShots: 20,
  });
  const [targetTask, task] = [
    [1, 0, 0, 0, 0],
    [0, 1, 0, 0, 0],
  ];
  const { parameters } = predict(problem, pretraining, {
    kind: "auxiliary-full",
    targetTask,
    auxiliaryShots: 20,
    auxiliaryWeight: 1,
  });
  const found = [0, 1, 5, 20].map((shots) =>
    intrusionAndGain(
      FLOAT,
      problem,
      { targetTask, task },
      linearResponse(FLOAT, problem, task, shots, parameters),
    ),
  );
  const told = `$a = ${found.map(({ intrusion }) => intrusion.toFixed(2)).join(", ")}$`;
  expect(readFileSync(join(packageRoot, "docs", "theory.md"), "utf8"), "the docs say").toContain(told);
  for (const { gain } of found) expect(Math.abs(gain), "|b| as the docs say").toBeLessThan(0.004);
});
