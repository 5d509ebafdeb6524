import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runYosys } from '../../synth/yosys/index.ts';
import { bit, bits, elaborate, input, lit, module, output, select } from '../hdl/index.ts';
import { emitVerilog } from './index.ts';
import { isInstalled, withFiles } from './random/icarus.ts';

test('what the printer makes up keeps clear of the names that the author chose', async () => {
  const clashing = module('clashing', { index: input(bits(3)), busy: input(bit), y: output(bits(8)) }, (io, m) => {
    const { words } = m.memories({ words: { type: bits(8), depth: 8, contents: [1n] } });
    words.write(io.index, 3);
    io.y.set(words.read(io.index));
    m.assert(io.busy, 'busy');
    m.assert(io.busy, 'assert');
    m.cover(io.busy, '');
  });
  const [file] = emitVerilog(elaborate(clashing), { properties: true });
  const text = file?.text ?? '';
  expect(text).toContain("for (index_2 = 1; index_2 <= 7; index_2 = index_2 + 1) words[index_2] = 8'd0;");
  expect([...text.matchAll(/(\w+): (?:assert|cover)/g)].map(([, label]) => label)).toEqual([
    'busy_2',
    'assert_property',
    '_property',
  ]);
  await runYosys('read_verilog -formal -sv clashing.v; proc; check -assert', { 'clashing.v': text });
});

test.runIf(isInstalled('iverilog', '-V'))(
  'a memory read among the elements of a choice waits for no whole memory',
  () => {
    const chosen = module('chosen', { index: input(bits(2)), y: output(bits(8)), z: output(bits(8)) }, (io, m) => {
      const { words } = m.memories({ words: { type: bits(8), depth: 4, contents: [1n] } });
      words.write(io.index, 3);
      io.y.set(select(io.index, [words.read(io.index), words.read(io.index.add(1)), lit(8, 7), lit(8, 9)]));
      m.when(io.index.eq(1), () => io.z.set(words.read(io.index))).otherwise(() => io.z.set(0));
    });
    const [file] = emitVerilog(elaborate(chosen));
    const said = withFiles({ 'chosen.v': file?.text ?? '' }, (directory) =>
      spawnSync('iverilog', ['-g2005', '-Wall', '-o', '/dev/null', join(directory, 'chosen.v')], { encoding: 'utf8' }),
    );
    expect(said.stderr).toBe('');
    expect(said.status).toBe(0);
  },
);
