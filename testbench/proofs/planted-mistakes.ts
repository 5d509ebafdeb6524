/** Mistakes planted in the hardware of a block, each of which must make a proof fail. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect } from 'vitest';
import type { Module } from '../../rtl/hdl/ir.ts';
import type { ProofList, ProofTarget } from '../../rtl/parts/proof-target.ts';
import { projectRoot } from '../commands/version.ts';
import { proveTarget } from './prove-target.ts';

/** Of a search for one mistake. Thorough runs make those that take a minute and more on an idle machine, and are made beside others. */
const searchSeconds = process.env.PORTCULLIS_THOROUGH === '1' ? 1_800 : 240;
/** For the test of one mistake, in milliseconds: the search, and the replay of what it found. */
export const mistakeTimeout = 1_000 * (searchSeconds + 60);

interface PlantedMistake {
  /** How the name of the proof begins that must find it. */
  readonly proof: string;
  /** The property of that proof which must fail. */
  readonly property: string;
  readonly change: (module: Module) => Module;
}

/** The proof whose name begins so. */
export const proofNamed = ({ block, targets }: ProofList, name: string): ProofTarget => {
  const target = targets.find((each) => each.name.startsWith(name));
  if (target === undefined) throw new Error(`${block} has no proof '${name}'`);
  return target;
};

/** A check that a mistake in the hardware of a block makes a property fail, in a search of so many cycles. To be called once in a test file. */
export const mistakesAreFound = (proofs: ProofList, depth: number): ((mistake: PlantedMistake) => Promise<void>) => {
  // Below the project, so that the written test finds its packages.
  const build = join(projectRoot(), 'build');
  mkdirSync(build, { recursive: true });
  const directory = mkdtempSync(join(build, 'proofs-'));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  return async ({ proof, property, change }) => {
    const rows = await proveTarget(proofs.block, proofNamed(proofs, proof), {
      change,
      directory,
      sources: projectRoot(),
      properties: [property],
      engines: ['bmc3'],
      depth,
      seconds: searchSeconds,
    });
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ property, verdict: 'failed', engine: 'bmc3' });
  };
};
