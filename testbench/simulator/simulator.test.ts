import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { bits, concat, elaborate, input, module, output, type Ports, signed } from '../../rtl/hdl/index.ts';
import type { Module } from '../../rtl/hdl/ir.ts';
import { compilePrograms } from './compile-programs.ts';
import { buildDesign } from './elaborate-design.ts';
import { type CompileOptions, compile } from './index.ts';
import { type RandomModuleOptions, randomModule, smallModule } from './random-module.ts';
import { stimulusFor } from './random-stimulus.ts';
import { referenceResponses } from './reference-model.ts';
import { lateReads } from './schedule-check.ts';
import { tabulated } from './tabulate.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';

const largeModule: RandomModuleOptions = { ...smallModule, registers: 12, wires: 8, statements: 14, levels: 2 };
const wideModule: RandomModuleOptions = { ...smallModule, maximumWidth: 700 };
const shapes = [smallModule, smallModule, wideModule, largeModule] as const;

const anyModule = fc
  .tuple(fc.integer({ min: 0, max: 1_000_000 }), fc.constantFrom(...shapes))
  .map(([seed, shape]) => ({ module: randomModule(seed, shape), seed }));

const expectReference = (
  tested: Module,
  backend: 'wasm' | 'javascript',
  seed: number,
  tables: CompileOptions['tables'] = 'where less',
): void => {
  const cycles = 40;
  const stimulus = stimulusFor(tested, cycles, seed);
  const simulator = compile(tested, { backend, tables });
  const responses = new Uint32Array(cycles * simulator.layout.outputWords);
  simulator.run(stimulus, cycles, responses);
  expect(responses).toEqual(referenceResponses(tested, stimulus, cycles));
};

const expectOrder = (tested: Module, wordWidth: 32 | 64): void => {
  const design = buildDesign(tested, { wordWidth, traceAll: false, properties: true });
  const programs = compilePrograms(tabulated(design));
  expect(lateReads(programs.cycle.steps)).toEqual([]);
};

describe.each(['wasm', 'javascript'] as const)('%s', (backend) => {
  test.prop([anyModule], { numRuns: thorough ? 3000 : 12 })(
    'equals the plain meaning of random modules',
    ({ module: tested, seed }) => {
      expectReference(tested, backend, seed);
    },
    thorough ? 3_600_000 : 120_000,
  );

  test.prop([anyModule], { numRuns: thorough ? 3000 : 12 })(
    'equals it also where all logic over few bits is in tables',
    ({ module: tested, seed }) => {
      expectReference(tested, backend, seed, 'everywhere');
    },
    thorough ? 3_600_000 : 120_000,
  );

  test('starts a register without reset at zero even where its next value is always one constant', () => {
    const constantAfterOneEdge = module('constant_after_one_edge', { q: output(bits(2)) }, (io, m) => {
      const { held } = m.regs({ held: { type: bits(2), reset: 'none' } });
      held.set(3);
      io.q.set(held);
    });
    const simulator = compile(elaborate(constantAfterOneEdge), { backend });
    expect(simulator.out.q).toBe(0);
    simulator.step();
    expect(simulator.out.q).toBe(3);
    // Where it was found.
    expectReference(randomModule(999_996, smallModule), backend, 999_996);
  });

  test('ports are read and set by name: signed ones as signed, no others, outputs never set', () => {
    const ports = {
      a: input(bits(5)),
      s: input(signed(5)),
      w: input(signed(70)),
      sum: output(signed(5)),
      wide: output(signed(70)),
    };
    const typed = compile(
      elaborate(
        module('typed', ports, (io) => {
          io.sum.set(io.s);
          io.wide.set(io.w);
        }),
      ),
      { backend },
    );
    // @ts-expect-error: the types refuse, too, what no port is called
    expect(() => typed.out.som).toThrow(/no output 'som'/);
    // @ts-expect-error: see above
    expect(() => typed.in.sum).toThrow(/no input 'sum'/);
    // Ports of any names: what types refuse, JavaScript writes.
    const simulator = compile<Ports>(
      elaborate(
        module('ports', ports, (io) => {
          io.sum.set(io.s.add(io.a.asSigned()));
          io.wide.set(io.w);
        }),
      ),
      { backend },
    );
    Object.assign(simulator.in, { a: 1, s: -5, w: -(2n ** 69n) });
    simulator.settle();
    expect([simulator.in.s, simulator.out.sum, simulator.out.wide]).toEqual([-5, -4, -(2n ** 69n)]);
    const refused: readonly (readonly [() => unknown, RegExp])[] = [
      [() => simulator.out.som, /there is no output 'som'; there are sum, wide/],
      [() => simulator.in.b, /there is no input 'b'/],
      [() => Object.assign(simulator.in, { b: 1 }), /there is no input 'b'; there are a, s, w/],
      [() => Object.assign(simulator.out, { sum: 1 }), /port 'sum' is an output: it is read alone/],
      [() => Object.assign(simulator.in, { s: 16 }), /port 's' takes whole numbers from -16 to 15, not 16/],
      [() => Object.assign(simulator.in, { a: -1 }), /port 'a' takes whole numbers from 0 to 31, not -1/],
      [() => Object.assign(simulator.in, { a: '3' }), /not 3/],
      [() => Object.assign(simulator.in, { w: 2n ** 69n }), /port 'w' takes whole numbers from/],
      [() => Object.assign(simulator.in, { w: 0.5 }), /not 0.5/],
    ];
    for (const [use, message] of refused) expect(use).toThrow(message);
  });

  test('moves wide registers, their bytes in another order, and shows them word by word', () => {
    const wide = module('wide_moves', { d: input(bits(256)), q: output(bits(256)) }, (io, m) => {
      const { plain, swapped, shifted, last } = m.regs({
        plain: { type: bits(256), reset: 0 },
        swapped: { type: bits(256), reset: 0 },
        shifted: { type: bits(256), reset: 'none' },
        last: { type: bits(256), reset: 'none' },
      });
      const byte = (index: number) => plain.slice(8 * index + 7, 8 * index);
      plain.set(io.d);
      swapped.set(concat(...Array.from({ length: 32 }, (_, index) => byte(index ^ 3)).reverse()).resize(256));
      shifted.set(concat(swapped.slice(247, 0), swapped.slice(255, 248)).resize(256));
      last.set(shifted);
      io.q.set(last);
    });
    for (const seed of [1, 2, 3]) expectReference(elaborate(wide), backend, seed);
  });

  test('does shared work inside shared work before what it reads is written', () => {
    // Guards inside a guard that was not worth its branch were lost.
    expectReference(randomModule(2079, largeModule), backend, 2079);
  });
});

describe.each([32, 64] as const)('the schedule in words of %i bits', (wordWidth) => {
  test.prop([anyModule], { numRuns: thorough ? 1000 : 12 })(
    'reads no register and no memory after it was written',
    ({ module: tested }) => {
      expectOrder(tested, wordWidth);
    },
    thorough ? 3_600_000 : 120_000,
  );

  test('reads nothing late where guards lie inside guards', () => {
    expectOrder(randomModule(2079, largeModule), wordWidth);
  });

  test('is found in a moment where words are made of many shared words', () => {
    // What a word loaded early depends on was looked for once a path, and paths are without number.
    expectOrder(randomModule(1018, wideModule), wordWidth);
  });
});
