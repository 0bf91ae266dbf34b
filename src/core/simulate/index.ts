export { type ErrorCoefficients, monteCarloCoefficients } from "./errorCoefficients";
export type { ExampleSource } from "./exampleSource";
export {
  growingRisk,
  type MeasuredRisk,
  measureRisks,
  monteCarloChange,
  monteCarloRisk,
  type PromptSampling,
  type RiskEstimate,
  type SimulatedModel,
} from "./monteCarloRisk";
export { ExampleSampler, samplePrompt } from "./promptSampler";
export { RandomSource } from "./randomSource";
export { measuredCells, type RiskCurvePoint, riskCurve } from "./riskCurve";
export { RowSampler } from "./rowSampler";
