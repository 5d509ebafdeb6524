import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { bits, elaborate, input, module, output } from '../../rtl/hdl/index.ts';
import { emitVerilog } from '../../rtl/verilog/index.ts';
import { compile } from '../simulator/index.ts';
import { raceMachine } from './machine-race.ts';
import { compiledRacer, raceBuilt, resetCycles } from './race.ts';
import { buildVerilator, isInstalled } from './verilator.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';
const verilator = isInstalled('verilator') && isInstalled('g++');
const directory = mkdtempSync(join(tmpdir(), 'portcullis-race-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
const tell = (): void => {};

test.runIf(thorough && verilator)(
  'Verilator is driven through ports whose names C++ has too',
  { timeout: 600_000 },
  async () => {
    const design = elaborate(
      module('named', { explicit: input(bits(8)), interrupt: output.reg(bits(8), { reset: 0 }) }, (io) =>
        io.interrupt.set(io.explicit),
      ),
    );
    // A record is the reset and the value.
    const stimulus = Uint32Array.of(...[1, 7], ...[1, 200], ...[0, 3], ...[1, 255]);
    const own = await compiledRacer('rtl', stimulus, () => compile(design));
    const files = emitVerilog(design);
    const { layout } = own;
    const other = buildVerilator({ files, top: 'named', layout, stimulus, resetCycles, compiler: 'g++', directory });
    const rows = raceBuilt('named', [own, other], { cycles: 1000, rounds: 1, tell });
    expect(rows).toHaveLength(2);
  },
);

test.runIf(thorough)(
  'the whole machine gives the same outputs on all that simulate it',
  { timeout: 4 * 3_600_000 },
  async () => {
    const on = ['model', 'rtl', 'verilog', 'verilator'] as const;
    const rows = await raceMachine({ scenario: 'memory-dies', on, rounds: 1, tell });
    expect(rows.map(({ simulator }) => simulator)).toEqual([
      'model',
      'model, idle cycles passed over',
      'rtl',
      'verilog',
      ...(verilator ? ['verilator (g++)'] : []),
    ]);
  },
);
