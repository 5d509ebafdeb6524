import { expect, test } from 'vitest';
import { runYosys } from '../../synth/yosys/index.ts';
import { bit, bits, elaborate, input, module, output } from '../hdl/index.ts';
import { emitVerilog } from './index.ts';

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
