/** Statements by the signal that they change: what compiling a vector of registers costs hangs on how many there are. */
import { expect, test } from 'vitest';
import { bits, elaborate, input, module, output, vector } from '../../rtl/hdl/index.ts';
import type { Statement } from '../../rtl/hdl/ir.ts';
import { project } from './hierarchy.ts';
import { compile } from './index.ts';

const store = (words: number) =>
  module(
    'store',
    { at: input(bits(10)), x: input(bits(8)), kept: output(bits(8)), last: output.reg(bits(8), { reset: 0 }) },
    (io, m) => {
      const r = m.regs({ words: { type: vector(bits(8), words), reset: Array.from({ length: words }, () => 0) } });
      const at = io.at.truncate(Math.log2(words));
      r.words.at(at).set(io.x);
      io.kept.set(r.words.at(at));
      // What is set for all other states stays in every case.
      m.matchBits(
        io.at,
        [
          [3, () => {}],
          [5, () => io.last.set(5)],
        ],
        () => io.last.set(io.x),
      );
    },
  );

const casesIn = (statements: readonly Statement[]): number =>
  statements.reduce((sum, one) => {
    if (one.kind === 'switch')
      return sum + one.cases.length + one.cases.reduce((all, { body }) => all + casesIn(body), casesIn(one.otherwise));
    return one.kind === 'if' ? sum + casesIn(one.then) + casesIn(one.otherwise) : sum;
  }, 0);

test('the elements of a vector have one case each, not one for every element', () => {
  for (const words of [16, 64, 256]) {
    const cases = [...project(elaborate(store(words)).body).values()].reduce((sum, list) => sum + casesIn(list), 0);
    // Two of them are those of `last`.
    expect(cases).toBe(words + 2);
  }
});

test('each word keeps what was written to it, and a case that sets nothing keeps what was there', () => {
  const {
    in: inputs,
    out,
    step,
    settle,
  } = (() => {
    const simulator = compile(elaborate(store(16)));
    return { in: simulator.in, out: simulator.out, step: () => simulator.step(), settle: () => simulator.settle() };
  })();
  inputs.aresetn = 1;
  const seen: number[] = [];
  for (let at = 0; at < 16; at += 1) {
    inputs.at = at;
    inputs.x = 100 + at;
    step();
    settle();
    seen.push(Number(out.last));
  }
  expect(seen).toEqual([100, 101, 102, 102, 104, 5, 106, 107, 108, 109, 110, 111, 112, 113, 114, 115]);
  for (let at = 0; at < 16; at += 1) {
    inputs.at = at;
    settle();
    expect(Number(out.kept)).toBe(100 + at);
  }
});
