/** A campaign kept as recorded inputs and outputs, so that many variants of the hardware can be held against it at their full speed. */
import fc from 'fast-check';
import { PropertyViolation } from '../simulator/index.ts';
import type { BlockParameters, BlockUnderTest, CapturedFrame } from './block.ts';
import { scenariosPerSeed } from './campaign.ts';
import { lockstep } from './lockstep.ts';
import { replay, type Way } from './way.ts';

interface RecordedRun {
  readonly cycles: number;
  readonly stimulus: Uint32Array;
  readonly responses: Uint32Array;
}

export interface RecordedCampaign {
  readonly cycles: number;
  readonly runs: readonly RecordedRun[];
}

export interface CampaignRequest {
  readonly block: BlockUnderTest;
  readonly parameters: BlockParameters;
  readonly cycles: number;
  readonly seed: number;
  readonly frames?: readonly CapturedFrame[];
}

/**
 * Records what the reference does in the scenarios that a campaign of the same seed draws.
 * @throws Error when a scoreboard complains: then there is nothing to hold variants against.
 */
export const recordCampaign = (
  reference: Way,
  { block, parameters, cycles, seed, frames = [] }: CampaignRequest,
): RecordedCampaign => {
  const runs: RecordedRun[] = [];
  let total = 0;
  for (let next = seed; total < cycles; next += 1) {
    for (const scenario of fc.sample(block.scenarios(parameters, frames), { seed: next, numRuns: scenariosPerSeed })) {
      if (total >= cycles) break;
      const { driver, scoreboards, limit } = block.bench(scenario, parameters, reference.layout);
      const stimulus: Uint32Array[] = [];
      const responses: Uint32Array[] = [];
      const keep = {
        name: 'recorder',
        cycle(inputs: Uint32Array, outputs: Uint32Array) {
          stimulus.push(inputs.slice());
          responses.push(outputs.slice());
          return null;
        },
      };
      const { difference, cycles: length } = lockstep([reference], driver, limit, {
        scoreboards: [...scoreboards, keep],
      });
      if (difference !== null)
        throw new Error(`the reference '${reference.name}' fails a scoreboard already: ${JSON.stringify(difference)}`);
      runs.push({ cycles: length, stimulus: joined(stimulus), responses: joined(responses) });
      total += length;
    }
  }
  return { cycles: total, runs };
};

const joined = (records: readonly Uint32Array[]): Uint32Array => {
  const size = records[0]?.length ?? 0;
  const whole = new Uint32Array(records.length * size);
  for (const [index, record] of records.entries()) whole.set(record, index * size);
  return whole;
};

/** Cycles of the campaign up to and with the first in which the way differs or fails an assertion; null when it never does. */
export const firstDifference = (campaign: RecordedCampaign, way: Way): number | null => {
  const { outputWords } = way.layout;
  let before = 0;
  for (const run of campaign.runs) {
    way.reset();
    const seen = new Uint32Array(run.cycles * outputWords);
    let failed = Number.POSITIVE_INFINITY;
    try {
      replay(way, run.stimulus, run.cycles, seen);
    } catch (error) {
      if (!(error instanceof PropertyViolation)) throw error;
      failed = error.cycle;
    }
    const word = seen.findIndex((value, index) => value !== run.responses[index]);
    const differs = word < 0 ? Number.POSITIVE_INFINITY : Math.floor(word / outputWords);
    const first = Math.min(failed, differs);
    if (Number.isFinite(first)) return before + first + 1;
    before += run.cycles;
  }
  return null;
};
