import {
  type Claim,
  type EvidenceKind,
  type EvidenceResult,
  gatherSimulation,
  isApplicable,
  type Profile,
  runIdentity,
  runSimulationCase,
  runTraining,
  type SimulatedCase,
} from "@finetune-icl/core/evidence";

/** A piece of work that one worker does at a time; its result depends on nothing but itself, the profile and the seed. */
export interface Unit {
  readonly claim: string;
  readonly kind: EvidenceKind;
  /** Which case of a simulation; 0 for other kinds. */
  readonly index: number;
  /** A rough measure of its length. The longest are started first. */
  readonly cost: number;
}

/** What all random numbers and the size of the work follow from. */
export interface RunOptions {
  readonly profile: Profile;
  readonly seed: number;
}

/** What a unit found. */
export type UnitResult = EvidenceResult | SimulatedCase;

/** The name of a unit in checkpoints and messages. */
export const unitName = ({ claim, kind, index }: Unit): string => `${claim}/${kind}/${index}`;

/** To count the cases of a simulation is to work them out, which takes a second for all claims: once is enough. */
const counted = new WeakMap<Claim, readonly Unit[]>();

/** The units of a claim: its training, its identity, and each case of its simulation. */
export function unitsOf(claim: Claim): readonly Unit[] {
  const units = counted.get(claim) ?? countUnits(claim);
  counted.set(claim, units);
  return units;
}

function countUnits(claim: Claim): readonly Unit[] {
  const { id, identity, simulation, training } = claim;
  const units: Unit[] = [];
  if (isApplicable(training)) units.push({ claim: id, kind: "training", index: 0, cost: 500 });
  if (isApplicable(identity)) units.push({ claim: id, kind: "identity", index: 0, cost: 200 });
  if (isApplicable(simulation)) {
    simulation.cases().forEach(({ shots, problem, precision }, index) => {
      const cost = ((shots + 1) * problem.dimension) / (precision === "spread" ? 25 : 1);
      units.push({ claim: id, kind: "simulation", index, cost });
    });
  }
  return units;
}

/** Runs a unit. @throws Error when the claim has no such unit. */
export function runUnit(claim: Claim, { kind, index }: Unit, options: RunOptions): UnitResult {
  const evidence = claim[kind];
  if (!isApplicable(evidence)) throw new Error(`${claim.id} has no ${kind} evidence`);
  if ("compares" in evidence) return runIdentity(claim.id, evidence, options);
  if ("trains" in evidence) return runTraining(evidence, options);
  const item = evidence.cases()[index];
  if (item === undefined) throw new Error(`${claim.id} has no simulation case ${index}`);
  return runSimulationCase(claim.id, item, options);
}

/** The results of all units of one kind of evidence, put together. */
export function gatherUnits(
  claim: Claim,
  kind: EvidenceKind,
  results: readonly UnitResult[],
  seed: number,
): EvidenceResult {
  const evidence = claim[kind];
  if (isApplicable(evidence) && "samples" in evidence) {
    return gatherSimulation(evidence, results as readonly SimulatedCase[], seed);
  }
  return results[0] as EvidenceResult;
}
