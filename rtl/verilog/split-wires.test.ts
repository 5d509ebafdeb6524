import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bit, bits, concat, elaborate, input, module, output } from '../hdl/index.ts';
import { ModuleInterpreter } from '../hdl/interpreter.ts';
import { emitVerilog } from './index.ts';
import { isInstalled, runIcarus, withFiles } from './random/icarus.ts';

describe('wires of which one bit depends on another', () => {
  const adder = module(
    'ripple_adder',
    { a: input(bits(8)), b: input(bits(8)), go: input(bit), sum: output(bits(9)), shifted: output(bits(8)) },
    (io, m) => {
      const w = m.wires({ carry: { type: bits(9) }, ladder: { type: bits(8), default: 0 } });
      w.carry.bit(0).set(0);
      for (let index = 0; index < 8; index += 1) {
        const [a, b, carry] = [io.a.bit(index), io.b.bit(index), w.carry.bit(index)];
        w.carry.bit(index + 1).set(a.and(b).or(carry.and(a.xor(b))));
      }
      io.sum.set(concat(w.carry.bit(8), w.carry.slice(7, 0).xor(io.a).xor(io.b)));
      m.when(io.go, () => {
        w.ladder.bit(0).set(io.a.bit(0));
        w.ladder.slice(7, 1).set(w.ladder.slice(6, 0).xor(io.b.slice(6, 0)));
      });
      io.shifted.set(w.ladder);
    },
  );
  const texts = () => Object.fromEntries(emitVerilog(elaborate(adder)).map(({ path, text }) => [path, text]));

  test.runIf(isInstalled('verilator', '--version'))('are parted, so that no tool sees a loop', () => {
    withFiles(texts(), (directory) => {
      const path = join(directory, 'ripple_adder.v');
      expect(spawnSync('verilator', ['--lint-only', '-Wall', path]).stderr.toString()).toBe('');
    });
  });

  test.runIf(isInstalled('iverilog', '-V'))('have their values in Icarus', () => {
    const bench = `module bench; reg [7:0] a, b; reg go; wire [8:0] sum; wire [7:0] shifted; integer n;
      ripple_adder it (.a(a), .b(b), .go(go), .sum(sum), .shifted(shifted));
      initial begin for (n = 0; n < 200; n = n + 1) begin a = n * 37; b = n * 91 + 5; go = n[0]; #1 $display("%d %d %d %d %d", a, b, go, sum, shifted); end end endmodule`;
    const interpreter = new ModuleInterpreter(elaborate(adder));
    for (const line of runIcarus({ ...texts(), 'bench.v': bench }, 'bench')
      .trim()
      .split('\n')) {
      const [a = 0n, b = 0n, go = 0n, sum, shifted] = line.trim().split(/\s+/).map(BigInt);
      expect(sum).toBe(a + b);
      interpreter.set({ a, b, go });
      interpreter.settle();
      expect(shifted).toBe(interpreter.get('shifted'));
    }
  });
});
