import {
  type Bits,
  type BitsSignal,
  bit,
  bits,
  concat,
  input,
  lit,
  module,
  mux,
  output,
  record,
} from '../../hdl/index.ts';
import { checkParameters, type Parameters, type ParameterValues, parameters } from '../parameters.ts';
import { princeLayers } from './prince-layer.ts';
import { alpha, inverseLinear, roundConstant } from './prince-layers.ts';

/** Layers of S-boxes in PRINCE: what its rounds are counted by. */
export const princeRounds = 12;
/** Cycles from a block's being taken to its being given. */
export const princeEngineLatency = (p: { readonly rounds: number }): number => princeRounds / p.rounds + 1;

export const princeParameterSchema = parameters({
  direction: {
    kind: 'choice',
    choices: ['encrypt', 'decrypt', 'both'],
    default: 'both',
    description: 'Which way blocks go; both: each block says.',
  },
  rounds: { kind: 'choice', choices: [1, 2, 3, 4, 6, 12], default: 1, description: 'Rounds in a cycle.' },
  tagWidth: { kind: 'integer', minimum: 1, maximum: 512, default: 1, description: 'Bits that travel with a block.' },
});
export type PrinceParameters = Parameters<typeof princeParameterSchema>;

/** @throws ParameterError */
export const princeParameters = (values: ParameterValues<typeof princeParameterSchema> = {}): PrinceParameters =>
  checkParameters(princeParameterSchema, values, 'prince');

/** k0': k0 turned right by one bit, and its highest bit added to the lowest. */
const lastWhitening = (key: Bits<64>): Bits<64> =>
  concat(key.bit(0), key.slice(63, 2), key.bit(1).xor(key.bit(63))).resize(64);

/**
 * PRINCE (Borghoff et al. 2012), a block of 64 bits a cycle, `rounds` of its 12 layers of S-boxes in a cycle. The key comes with each block and
 * travels with it, so keys are mixed at will: k0 whitens, k1 is the core's. A block that is taken in cycle t is at `to` in t + 12 / `rounds` + 1, for one cycle, its
 * tag with it. Otherwise `to` is all zeros. Nothing stalls a block: whoever gives it in makes sure that there is room for what comes out.
 *
 * Decryption is encryption with k0 and k0' exchanged and alpha added to k1.
 */
export const prince = (values: ParameterValues<typeof princeParameterSchema> = {}) => {
  const p = princeParameters(values);
  return module(
    'prince',
    {
      from: input(
        record({ valid: bit, decrypt: bit, k0: bits(64), k1: bits(64), tag: bits(p.tagWidth), block: bits(64) }),
      ),
      to: output(record({ valid: bit, tag: bits(p.tagWidth), block: bits(64) })),
    },
    (io, m) => {
      const { from } = io;
      const decrypts = p.direction === 'both' ? from.decrypt : lit(1, p.direction === 'decrypt' ? 1 : 0);
      const { k0_last } = m.named({ k0_last: lastWhitening(from.k0) });
      const { core_key, first, last } = m.named({
        core_key: mux(decrypts, from.k1.xor(alpha), from.k1),
        first: mux(decrypts, k0_last, from.k0),
        last: mux(decrypts, from.k0, k0_last),
      });

      // Behind each layer: the core key in the first half, from the middle on what the inverse linear layer makes of it; and what is added at the end.
      interface State {
        readonly block: Bits<64>;
        readonly key: Bits<64> | null;
        readonly end: Bits<64>;
      }
      const through = (number: number, kind: keyof typeof princeLayers, block: Bits<64>): Bits<64> => {
        const name = `layer_${number}`;
        const made = m.instances({ [name]: princeLayers[kind] })[name];
        if (made === undefined) throw new Error('the instance was just made');
        made.state.set(block);
        return made.next;
      };
      const layer = (number: number, { block, key, end }: State): State => {
        if (number <= 5) {
          const added = (key as Bits<64>).xor(roundConstant(number));
          return { block: through(number, 'forward', block).xor(added), key, end };
        }
        if (number === 6) {
          // The round constants of the second half are added before the inverse linear layer: each goes through it once, here or as a number.
          return { block: through(number, 'middle', block), key: inverseLinear(key as Bits<64>), end };
        }
        if (number === 12) return { block: through(number, 'last', block).xor(end), key: null, end };
        const added = (key as Bits<64>).xor(inverseLinear(lit(64, roundConstant(number - 1))));
        return { block: through(number, 'inverse', block).xor(added), key: number === 11 ? null : key, end };
      };

      let state: State = {
        block: from.block.xor(first).xor(core_key.xor(roundConstant(0))),
        key: core_key,
        end: last.xor(core_key.xor(roundConstant(11))),
      };
      let travelling: { readonly valid: Bits<1>; readonly tag: Bits } = { valid: from.valid, tag: from.tag };
      const cycles = princeRounds / p.rounds;
      for (let cycle = 0; cycle < cycles; cycle += 1) {
        const held = m.regs({
          [`valid_${cycle}`]: { type: bit, reset: 0 },
          [`tag_${cycle}`]: { type: bits(p.tagWidth), reset: 'none' },
        });
        const word = (what: string, value: Bits<64>): Bits<64> => {
          const name = `${what}_${cycle}`;
          const register = m.regs({ [name]: { type: bits(64), reset: 'none' } })[name] as BitsSignal<64>;
          register.set(value);
          return register;
        };
        state = {
          block: word('block', state.block),
          key: state.key === null ? null : word('key', state.key),
          end: word('end', state.end),
        };
        const [valid, tag] = [held[`valid_${cycle}`] as BitsSignal<1>, held[`tag_${cycle}`] as BitsSignal];
        valid.set(travelling.valid);
        tag.set(travelling.tag);
        travelling = { valid, tag };
        for (let round = 1; round <= p.rounds; round += 1) state = layer(cycle * p.rounds + round, state);
      }
      const { given } = m.regs({
        given: { type: record({ valid: bit, tag: bits(p.tagWidth), block: bits(64) }), reset: 0 },
      });
      given.set({ valid: 0, tag: 0, block: 0 });
      m.when(travelling.valid, () => given.set({ valid: 1, tag: travelling.tag, block: state.block }));
      io.to.set(given);
    },
    {
      documentation: 'PRINCE, a block a cycle (Borghoff et al. 2012).',
      parameters: { direction: p.direction, rounds: p.rounds, tagWidth: p.tagWidth },
    },
  );
};
