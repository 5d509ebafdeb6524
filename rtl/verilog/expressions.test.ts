import { describe, expect, test } from 'vitest';
import { runYosys } from '../../synth/yosys/index.ts';
import { emitVerilog } from './index.ts';
import { constantTop, displayingTop, type ExpressionBatch, expressionBatch } from './random/batch.ts';
import { isInstalled, runIcarus } from './random/icarus.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';
const batchSize = thorough ? 250 : 100;
const batches = thorough ? 48 : 3;
const seedBase = thorough ? 1000 : Number(process.env.PORTCULLIS_SEED ?? 1);

const textOf = (batch: ExpressionBatch): string =>
  emitVerilog(batch.module)
    .map((file) => file.text)
    .join('\n');

const expectedBits = (batch: ExpressionBatch): Record<string, string> =>
  Object.fromEntries(
    [...batch.expected].map(([name, { width, value }]) => [name, value.toString(2).padStart(width, '0')]),
  );

interface Ports {
  readonly modules: Readonly<
    Record<string, { readonly ports: Readonly<Record<string, { readonly bits: readonly (number | string)[] }>> }>
  >;
}

/** The outputs as Yosys folds them, most significant bit first. */
const yosysBits = async (batch: ExpressionBatch): Promise<Record<string, string>> => {
  const files = { 'expressions.v': textOf(batch), 'top.v': constantTop(batch) };
  const script = 'read_verilog expressions.v top.v; hierarchy -top constant_top; proc; flatten; opt -full; write_json';
  const { stdout } = await runYosys(script, files);
  const json = JSON.parse(stdout.slice(stdout.indexOf('{'), stdout.lastIndexOf('}') + 1)) as Ports;
  const ports = json.modules.constant_top?.ports ?? {};
  return Object.fromEntries(Object.entries(ports).map(([name, { bits }]) => [name, bits.toReversed().join('')]));
};

const icarusBits = (batch: ExpressionBatch): Record<string, string> => {
  const output = runIcarus({ 'expressions.v': textOf(batch), 'top.v': displayingTop(batch) }, 'displaying_top');
  return Object.fromEntries(
    output
      .trim()
      .split('\n')
      .map((line) => line.split(' ') as [string, string]),
  );
};

describe('random expressions, printed and read back, have the value that we give them', () => {
  test.for(Array.from({ length: batches }, (_, index) => seedBase + index))('by Yosys, batch %i', async (seed) => {
    const batch = expressionBatch(seed, batchSize);
    expect(await yosysBits(batch)).toEqual(expectedBits(batch));
  });

  test.runIf(isInstalled('iverilog', '-V')).for(Array.from({ length: batches }, (_, index) => seedBase + index))(
    'by Icarus, batch %i',
    (seed) => {
      const batch = expressionBatch(seed, batchSize);
      expect(icarusBits(batch)).toEqual(expectedBits(batch));
    },
  );
});
