/** What the agreement tests of all blocks have in common: campaigns that must find no difference. */
import { expect } from 'vitest';
import type { BlockParameters, BlockUnderTest } from './block.ts';
import { runCampaign } from './campaign.ts';
import type { WayName } from './way.ts';
import { makeWays } from './ways.ts';

export const thorough = process.env.PORTCULLIS_THOROUGH === '1';

/** Compares a block's ways at some parameters, for so many cycles at least; fifty times as many in thorough runs. */
export const agreementOf =
  <Scenario>(block: BlockUnderTest<Scenario>) =>
  async (values: BlockParameters, names: readonly WayName[], cycles: number, seed: number): Promise<void> => {
    const parameters = block.resolve(values);
    const ways = await makeWays(block, parameters, names);
    const { failure } = runCampaign({
      block,
      parameters,
      ways,
      cycles: thorough ? 50 * cycles : cycles,
      seed,
      frames: [],
    });
    expect(failure).toBeNull();
  };
