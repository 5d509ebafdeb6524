/** That nothing of a key is left in the hardware when keys were cleared: in any register or memory of it, the engines' round keys among them. */
import { expect, test } from 'vitest';
import { Bench } from '../../../../model/hardware/memory-path/bench.ts';
import type { Module } from '../../../../rtl/hdl/ir.ts';
import { clearingCycles, commitCycles, memoryPathParameters } from '../../../../rtl/memory-path/interface.ts';
import { editInstance } from '../../../mutation/edit-instance.ts';
import { zero } from '../../../mutation/resource-access-controller-places.ts';
import { changeValues, mentionOf } from '../../../mutation/values.ts';
import { compile, type Simulator } from '../../../simulator/index.ts';
import { simulatedWay } from '../../ways.ts';
import { memoryPathBlock as block } from './index.ts';
import { type Kind, kindNumber, kinds } from './programmes.ts';
import { commandBits } from './registers.ts';

const parametersOf = (unrolled: 1 | 7) =>
  memoryPathParameters({ dataWidth: 64, unrolled, princeRounds: 4, keySlots: 3, select: 2, reads: 2, writes: 2 });
const p = parametersOf(1);
const thorough = process.env.PORTCULLIS_THOROUGH === '1';
const sound = compile(block.module(p));
/** With more rounds in hardware engines are clear long before the clearing is over. */
const larger = thorough ? block.module(parametersOf(7)) : undefined;

/** Words of a slot's key, of any seed others. */
const wordsOf = (seed: number): readonly number[] =>
  Array.from({ length: 16 }, (_, word) => Math.imul(seed + 11 * word, 0x9e37_79b1) >>> 0);

const benchOf = (simulator: Simulator): Bench => {
  const way = simulatedWay('rtl', simulator);
  way.reset();
  return new Bench({}, 1, { layout: way.layout, parameters: p, step: (inputs, outputs) => way.step(inputs, outputs) });
};

const wait = ({ driver }: Bench, cycles: number): void => {
  for (let cycle = 0; cycle < cycles; cycle += 1) driver.step();
};
const stage = ({ driver }: Bench, words: readonly number[]): void => {
  for (const [index, word] of words.entries()) driver.write('key', word, index);
};
const command = (bench: Bench, slot: number, name: keyof typeof commandBits): void => {
  bench.driver.write('key_command', commandBits[name], slot);
  wait(bench, commitCycles + 4);
};
const load = (bench: Bench, slot: number, kind: Kind, seed: number): void => {
  stage(bench, wordsOf(seed));
  command(bench, slot, kind);
};
const tamper = (bench: Bench): void => {
  const at = bench.driver.inputWord('tamper');
  bench.driver.inputs[at] = 1;
  bench.driver.step();
  bench.driver.inputs[at] = 0;
};
/** Until everything that may still be in the stages of an engine is out. */
const clears = (bench: Bench): void => wait(bench, clearingCycles(p));

/** Every register and every word of every memory. */
const stateOf = (simulator: Simulator): ReadonlyMap<string, bigint> => {
  const state = new Map<string, bigint>();
  const word = (path: string): boolean => {
    try {
      state.set(path, simulator.peek(path));
      return true;
    } catch (error) {
      if (error instanceof RangeError) return false;
      throw error;
    }
  };
  for (const path of simulator.paths) if (!word(path)) for (let at = 0; word(`${path}[${at}]`); at += 1);
  return state;
};

/** What is not the same after the same has been done with two keys. */
const differences = (simulator: Simulator, act: (bench: Bench, seed: number) => void): readonly string[] => {
  const [one, other] = [1, 1000].map((seed) => {
    simulator.reset();
    const bench = benchOf(simulator);
    wait(bench, clearingCycles(p));
    act(bench, seed);
    return stateOf(simulator);
  }) as [ReadonlyMap<string, bigint>, ReadonlyMap<string, bigint>];
  return [...one.keys()].filter((path) => one.get(path) !== other.get(path));
};

const loadAll = (bench: Bench, seed: number): void => {
  for (const [slot, kind] of kinds.entries()) load(bench, slot, kind, seed + 100 * slot);
};

/** What is done with keys that nothing may be left of. */
const clearings: readonly (readonly [what: string, act: (bench: Bench, seed: number) => void])[] = [
  [
    'keys that were loaded, after tampering',
    (bench, seed) => {
      loadAll(bench, seed);
      tamper(bench);
      clears(bench);
    },
  ],
  [
    'a key that was staged, after tampering',
    (bench, seed) => {
      stage(bench, wordsOf(seed));
      // The register port holds the last word that was written until the next.
      bench.driver.write('interrupt_enable', 0);
      tamper(bench);
      clears(bench);
    },
  ],
  ...Array.from({ length: 6 }, (_, part): (typeof clearings)[number] => [
    `a key whose commit was under way for ${6 * part + 2} cycles, after tampering`,
    (bench, seed) => {
      stage(bench, wordsOf(seed));
      bench.driver.write('key_command', commandBits.aes256, 1);
      wait(bench, 6 * part);
      tamper(bench);
      clears(bench);
    },
  ]),
  ...kinds.map((kind): (typeof clearings)[number] => [
    `a key for ${kind}, after clear`,
    (bench, seed) => {
      load(bench, 1, kind, seed);
      stage(bench, wordsOf(seed + 50));
      command(bench, 1, 'clear');
      clears(bench);
    },
  ]),
  ...kinds.flatMap((before) =>
    kinds.map((after): (typeof clearings)[number] => [
      `a key for ${before}, after one for ${after}`,
      (bench, seed) => {
        load(bench, 2, before, seed);
        load(bench, 2, after, 7);
        clears(bench);
      },
    ]),
  ),
];

test('keys that are loaded are found where they are kept', () => {
  const kept = differences(sound, loadAll).map((path) => path.replace(/\[\d+\]$/, ''));
  for (const part of ['keys.prince_keys_4_k0', 'tweaks.aes.keys.first', 'encryption.engines.aes_engine.keys.round_1'])
    expect(kept).toContain(part);
  expect(kept).toContain('decryption.engines.aes_engine.keys.round_1');
});

test.each(clearings)('nothing is left of %s', (_, act) => {
  expect(differences(sound, act)).toEqual([]);
});

test('no word of a key, and no round key, is anywhere after tampering in the middle of traffic', () => {
  sound.reset();
  const bench = benchOf(sound);
  wait(bench, clearingCycles(p));
  loadAll(bench, 1);
  for (const [slot, kind] of kinds.entries()) bench.driver.setForm(slot + 1, kind, slot);
  const secret = new Set(kinds.flatMap((_, slot) => wordsOf(1 + 100 * slot)));
  for (const [path, value] of stateOf(sound))
    if (/\.keys\.(first|round_\d+)\[\d+\]$/.test(path))
      for (let low = 0n; low < 128n; low += 32n) secret.add(Number((value >> low) & 0xffff_ffffn));
  secret.delete(0);
  // The keys of AES make 15 and 11 round keys for each direction and the tweaks.
  expect(secret.size).toBeGreaterThan(300);
  const size = Math.log2(p.dataWidth / 8);
  const ask = (form: number, write: boolean): void => {
    const beats = write ? { beats: Array.from({ length: 8 }, () => ({ data: new Uint8Array(8), strobes: 0xff })) } : {};
    bench.ask({ write, id: form, form, address: 64 * form, length: 7, size, burst: 1, ...beats });
  };
  for (const kind of kinds) for (const write of [false, true]) ask(kindNumber(kind), write);
  wait(bench, 60);
  tamper(bench);
  bench.settle();
  clears(bench);
  const left = [...stateOf(sound)].filter(([, value]) => {
    for (let rest = value; rest > 0n; rest >>= 8n) if (secret.has(Number(rest & 0xffff_ffffn))) return true;
    return false;
  });
  expect(left.map(([path]) => path)).toEqual([]);
});

test.runIf(thorough)('nothing is left where there are more rounds in hardware', () => {
  const simulator = compile(larger as Module);
  for (const [, act] of clearings) expect(differences(simulator, act)).toEqual([]);
});

const inKeys = (change: (keys: Module) => Module) => editInstance(larger as Module, ['keys'], change);
/** Mistakes that nothing at the ports shows. */
const mistakes: readonly (readonly [what: string, plant: () => Module])[] = [
  ['the engines are not told of tampering', () => inKeys((keys) => changeValues(keys, 'feed_clear', zero))],
  [
    'keys of PRINCE stay after tampering',
    () =>
      inKeys((keys) =>
        changeValues(
          keys,
          'prince_keys_4_k0',
          () => mentionOf(keys, 'prince_keys_4_k0'),
          1,
          ({ kind }) => kind === 'constant',
        ),
      ),
  ],
  [
    'what is staged makes round keys also for clear',
    () =>
      inKeys((keys) =>
        changeValues(keys, 'expansion_key', (value) => (value.kind === 'multiplex' ? value.whenTrue : value)),
      ),
  ],
  [
    'what is staged stays after tampering',
    () => inKeys((keys) => changeValues(keys, 'erase', () => mentionOf(keys, 'ending'))),
  ],
  [
    'the expansion of a key goes on after tampering',
    () => inKeys((keys) => changeValues(keys, 'expansion_stop', zero)),
  ],
];
test.runIf(thorough).each(mistakes)('%s: found', (_, plant) => {
  const changed = compile(plant(), { checkProperties: false });
  expect(clearings.flatMap(([, act]) => differences(changed, act))).not.toEqual([]);
});
