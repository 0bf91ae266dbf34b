export type { ExampleSource } from "./exampleSource";
export { type MeasuredRisk, type PromptSampling, type RiskEstimate, measureRisks, monteCarloChange, monteCarloRisk } from "./monteCarloRisk";
export { ExampleSampler, samplePrompt } from "./promptSampler";
export { RandomSource } from "./randomSource";
export { type RiskCurvePoint, measuredCells, riskCurve } from "./riskCurve";
export { RowSampler } from "./rowSampler";
