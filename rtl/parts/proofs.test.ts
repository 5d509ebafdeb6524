import { describe, expect, it } from 'vitest';
import { proveModule } from '../../testbench/proofs/prove-module.ts';
import { bits, elaborate, input, module, output, stream } from '../hdl/index.ts';
import { partProofs } from './proofs.ts';
import { checkedStream } from './stream/properties.ts';

const targets = partProofs.flatMap((list) => list.targets);
const thorough = process.env.PORTCULLIS_THOROUGH === '1';

describe('proofs of the parts, for all time', () => {
  it.each(targets.filter((target) => thorough || !target.thorough))('$name', async (target) => {
    const verdicts = await proveModule(elaborate(target.module()), { seconds: 120 });
    expect(verdicts.filter(({ verdict }) => verdict !== 'proved')).toEqual([]);
    expect(verdicts.length).toBeGreaterThan(5);
  });

  it('refute a part that drops items', async () => {
    const type = bits(1);
    const ends = { push: input(stream(type)), pop: output(stream(type)) };
    const careless = module('careless', ends, (io) => {
      io.push.ready.set(1);
      io.pop.valid.set(io.push.valid);
      io.pop.data.set(io.push.data);
    });
    const verdicts = await proveModule(elaborate(checkedStream({ part: careless, type, capacity: 2 })));
    const failed = verdicts.filter(({ verdict }) => verdict === 'failed').map(({ property }) => property);
    expect(failed).toContain('pop: an item that was offered stays offered');
    expect(failed).not.toContain('nothing comes out that did not go in');
  });
});
