import { bit, bits, concat, input, lit, log2Ceil, module, output, record } from '../../hdl/index.ts';
import { checkParameters, type Parameters, type ParameterValues, parameters } from '../parameters.ts';
import { roundKeyShape } from './aes-key-expansion.ts';
import { type AesDirection, aesRound } from './aes-round.ts';
import { roundKeyStore } from './aes-round-keys.ts';
import { sBoxConstructions } from './aes-sbox.ts';

/** Rounds that a block takes the time of, whatever the length of its key. */
export const aesRounds = 14;
/** Cycles from a block's being taken to its being given. */
export const aesEngineLatency = aesRounds + 1;

export const aesParameterSchema = parameters({
  direction: {
    kind: 'choice',
    choices: ['encrypt', 'decrypt'],
    default: 'encrypt',
    description: 'Which way blocks go.',
  },
  unrolled: { kind: 'choice', choices: [1, 2, 7, 14], default: 14, description: 'Rounds in hardware.' },
  slots: { kind: 'integer', minimum: 1, maximum: 16, default: 4, description: 'Keys that are held.' },
  tagWidth: { kind: 'integer', minimum: 1, maximum: 512, default: 1, description: 'Bits that travel with a block.' },
  construction: {
    kind: 'choice',
    choices: sBoxConstructions,
    default: 'gates',
    description: 'How S-boxes are made: a circuit of gates, or a table that is left to synthesis.',
  },
});
export type AesParameters = Parameters<typeof aesParameterSchema>;

/** @throws ParameterError */
export const aesParameters = (values: ParameterValues<typeof aesParameterSchema> = {}): AesParameters =>
  checkParameters(aesParameterSchema, values, 'aes');

/** Rounds that a block of a short key skips, by the number of the round. */
const isSkipped = (direction: AesDirection, round: number): boolean =>
  direction === 'encrypt' ? round >= 1 && round <= 4 : round >= 10 && round <= 13;

/**
 * AES-128 and AES-256 in one direction, a round a cycle, with `unrolled` rounds in hardware: a ring that a block goes round 14 / `unrolled`
 * times. It takes a block in a cycle in which `ready` is 1, which is unless it took one k x `unrolled` cycles before, for a k from 1 to
 * 14 / `unrolled` - 1. A block that is taken in cycle t, under the key of its slot, is at `to` in t+15, for one cycle; its tag with it. Otherwise
 * `to` is all zeros. Nothing stalls a block: whoever gives it in makes sure that there is room for what comes out.
 *
 * Byte 0 of a block is its lowest byte. Round keys are written as the key expansion gives them. A cycle of `clear` begins their clearing, which `clearing` tells of
 * from the next cycle on: it takes as many cycles as a memory of round keys has words, `slots` when fully unrolled. Nothing may be written meanwhile.
 */
export const aes = (values: ParameterValues<typeof aesParameterSchema> = {}) => {
  const p = aesParameters(values);
  const passes = aesRounds / p.unrolled;
  const passWidth = log2Ceil(passes);
  const key = roundKeyShape(p);
  return module(
    'aes',
    {
      key_write: input(bit),
      key_written: input(key),
      clear: input(bit),
      clearing: output(bit),
      from: input(record({ valid: bit, slot: key.fields.slot, short: bit, tag: bits(p.tagWidth), block: bits(128) })),
      ready: output(bit),
      to: output(record({ valid: bit, tag: bits(p.tagWidth), block: bits(128) })),
    },
    (io, m) => {
      const stage = record({
        slot: key.fields.slot,
        short: bit,
        pass: bits(passWidth),
        tag: bits(p.tagWidth),
        block: bits(128),
      });
      const numbers = Array.from({ length: p.unrolled }, (_, index) => index + 1);
      const name = (number: number): string => `round_${number}`;
      const valids = m.regs({ valid: { type: bits(p.unrolled), reset: 0 } }).valid;
      const stages = m.regs(Object.fromEntries(numbers.map((n) => [name(n), { type: stage, reset: 'none' as const }])));
      const { keys } = m.instances({ keys: roundKeyStore({ ...p, rounds: aesRounds }) });
      const rounds = m.instances(
        Object.fromEntries(
          numbers.map((n) => {
            const served = Array.from({ length: passes }, (_, pass) => pass * p.unrolled + n);
            const last = n < p.unrolled ? 'never' : passes === 1 ? 'always' : 'sometimes';
            const skips = served.some((round) => isSkipped(p.direction, round));
            return [`logic_${n}`, aesRound({ direction: p.direction, construction: p.construction, last, skips })];
          }),
        ),
      );
      keys.write.set(io.key_write);
      keys.written.set(io.key_written);
      keys.clear.set(io.clear);
      io.clearing.set(keys.clearing);
      keys.first_slot.set(io.from.slot);

      const made = numbers.map((n) => {
        const now = stages[name(n)] as (typeof stages)[string];
        const logic = rounds[`logic_${n}`] as (typeof rounds)[string];
        keys.slots.get(n - 1).set(now.slot);
        keys.passes.get(n - 1).set(now.pass);
        logic.state.set(now.block);
        logic.key.set(keys.keys.get(n - 1));
        const inLast = passes === 1 ? lit(1, 1) : now.pass.eq(passes - 1);
        logic.last.set(n === p.unrolled ? inLast : 0);
        const skippedIn = Array.from({ length: passes }, (_, pass) => pass).filter((pass) =>
          isSkipped(p.direction, pass * p.unrolled + n),
        );
        const skipping = skippedIn.map((pass) => (passes === 1 ? now.short : now.short.and(now.pass.eq(pass))));
        logic.skip.set(skipping.length === 0 ? 0 : skipping.reduce((any, one) => any.or(one)));
        return { ...now, pass: now.pass, block: logic.next, valid: valids.bit(n - 1), inLast };
      });
      const end = made[p.unrolled - 1] as (typeof made)[number];
      const { turning, leaving } = m.named({
        turning: end.valid.and(end.inLast.not()),
        leaving: end.valid.and(end.inLast),
      });
      io.ready.set(turning.not());
      const entering = { ...io.from, pass: lit(passWidth, 0), block: io.from.block.xor(keys.first_key) };
      for (const n of numbers) {
        const next = stages[name(n)] as (typeof stages)[string];
        const before = made[n - 2];
        if (before !== undefined) {
          next.set({ slot: before.slot, short: before.short, pass: before.pass, tag: before.tag, block: before.block });
          continue;
        }
        const { slot, short, pass, tag, block } = entering;
        const taken = { slot, short, pass, tag, block };
        next.set(taken);
        if (passes > 1)
          m.when(turning, () =>
            next.set({ slot: end.slot, short: end.short, pass: end.pass.add(1), tag: end.tag, block: end.block }),
          );
      }
      const first = turning.or(io.from.valid);
      valids.set(p.unrolled === 1 ? first : concat(valids.slice(p.unrolled - 2, 0), first).resize(p.unrolled));

      const { given } = m.regs({
        given: { type: record({ valid: bit, tag: bits(p.tagWidth), block: bits(128) }), reset: 0 },
      });
      given.set({ valid: 0, tag: 0, block: 0 });
      m.when(leaving, () => given.set({ valid: 1, tag: end.tag, block: end.block }));
      io.to.set(given);
      m.assert(io.from.valid.implies(io.ready), 'a block is given in only when there is room for it');
    },
    {
      documentation: 'AES-128 and AES-256 in one direction (FIPS 197), a round a cycle.',
      parameters: {
        direction: p.direction,
        unrolled: p.unrolled,
        slots: p.slots,
        tagWidth: p.tagWidth,
        construction: p.construction,
      },
    },
  );
};
