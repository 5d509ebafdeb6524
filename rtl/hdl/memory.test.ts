import { describe, expect, test } from 'vitest';
import { bit, bits, elaborate, input, ModuleInterpreter, module, output, signed } from './index.ts';
import { run } from './run-interpreter.ts';

describe('memories and ROMs', () => {
  test('memories are read before they are written, in lanes where masked; fetched words come a cycle later', () => {
    const store = new ModuleInterpreter(
      elaborate(
        module(
          'store',
          {
            address: input(bits(3)),
            data: input(bits(8)),
            mask: input(bits(2)),
            now: output(bits(8)),
            old: output(bits(8)),
            fresh: output(bits(8)),
          },
          (io, m) => {
            const { words, mirror } = m.memories({
              words: { type: bits(8), depth: 5, contents: [17n] },
              mirror: { type: bits(8), depth: 8, readDuringWrite: 'new' },
            });
            words.write(io.address, io.data, io.mask);
            mirror.write(io.address, io.data);
            io.now.set(words.read(io.address));
            io.old.set(words.fetch(io.address));
            io.fresh.set(mirror.fetch(io.address));
          },
        ),
      ),
    );
    const cycle = (inputs: Record<string, bigint>): Record<string, bigint> => {
      store.set(inputs);
      store.step();
      return run(store, inputs);
    };
    expect(run(store, { address: 0n, data: 0xabn, mask: 1n }).now).toBe(17n);
    expect(cycle({ address: 0n, data: 0xabn, mask: 1n })).toEqual({ now: 0x1bn, old: 17n, fresh: 0xabn });
    expect(cycle({ address: 6n, data: 1n, mask: 3n })).toEqual({ now: 0n, old: 0n, fresh: 1n });
  });

  test('a fetched word holds while it is not enabled, whatever is written meanwhile, also where it shows what is written in its cycle', () => {
    const inputs = { at: input(bits(2)), get: input(bit), to: input(bits(2)), word: input(bits(8)) };
    const store = new ModuleInterpreter(
      elaborate(
        module('store', { ...inputs, earlier: output(bits(8)), later: output(bits(8)) }, (io, m) => {
          const type = bits(8);
          const { first, second } = m.memories({
            first: { type, depth: 4, readDuringWrite: 'old' },
            second: { type, depth: 4, readDuringWrite: 'new' },
          });
          for (const words of [first, second]) words.write(io.to, io.word);
          io.earlier.set(first.fetch(io.at, io.get));
          io.later.set(second.fetch(io.at, io.get));
        }),
      ),
    );
    const cycle = (at: bigint, get: bigint, to: bigint, word: bigint): Record<string, bigint> => {
      store.set({ at, get, to, word });
      store.step();
      return run(store, { at, get, to, word });
    };
    cycle(3n, 0n, 1n, 5n);
    expect(cycle(1n, 1n, 1n, 6n)).toEqual({ earlier: 5n, later: 6n });
    expect(cycle(2n, 0n, 1n, 7n)).toEqual({ earlier: 5n, later: 6n });
    expect(cycle(2n, 0n, 1n, 8n)).toEqual({ earlier: 5n, later: 6n });
    expect(cycle(1n, 1n, 0n, 9n)).toEqual({ earlier: 8n, later: 8n });
  });

  test('a word fetched within a branch holds outside it, whatever is written meanwhile, with an enable or without', () => {
    const inputs = { go: input(bit), get: input(bit), other: input(bit), at: input(bits(2)), to: input(bits(2)) };
    const outputs = { old: output(bits(8)), fresh: output(bits(8)), both: output(bits(8)), last: output(bits(8)) };
    let drive = (): void => undefined;
    let driveLast = (): void => undefined;
    const store = new ModuleInterpreter(
      elaborate(
        module('store', { ...inputs, word: input(bits(8)), ...outputs }, (io, m) => {
          const fresh = { type: bits(8), depth: 4, readDuringWrite: 'new' } as const;
          const { a, b, c, d } = m.memories({ a: { type: bits(8), depth: 4 }, b: fresh, c: fresh, d: fresh });
          for (const words of [a, b, c, d]) words.write(io.to, io.word);
          m.when(io.go, () => {
            const fetched = [a.fetch(io.at), b.fetch(io.at), c.fetch(io.at, io.get)] as const;
            drive = () => {
              io.old.set(fetched[0]);
              io.fresh.set(fetched[1]);
              io.both.set(fetched[2]);
            };
          }).elseWhen(io.other, () => {
            const fetched = d.fetch(io.at);
            driveLast = () => io.last.set(fetched);
          });
          drive();
          driveLast();
        }),
      ),
    );
    const cycle = (go: bigint, get: bigint, other: bigint, at: bigint, to: bigint, word: bigint) => {
      store.set({ go, get, other, at, to, word });
      store.step();
      const { old, fresh, both, last } = run(store, { go, get, other, at, to, word });
      return [old, fresh, both, last];
    };
    cycle(0n, 0n, 0n, 3n, 1n, 5n);
    expect(cycle(1n, 1n, 0n, 1n, 1n, 6n)).toEqual([5n, 6n, 6n, 0n]);
    expect(cycle(0n, 1n, 0n, 1n, 1n, 7n)).toEqual([5n, 6n, 6n, 0n]);
    expect(cycle(0n, 1n, 1n, 1n, 1n, 8n)).toEqual([5n, 6n, 6n, 8n]);
    expect(cycle(1n, 0n, 1n, 1n, 1n, 9n)).toEqual([8n, 9n, 6n, 8n]);
    expect(cycle(0n, 0n, 0n, 1n, 1n, 10n)).toEqual([8n, 9n, 6n, 8n]);
  });

  test('a ROM gives its words at once or a cycle later, holds while not enabled, and is zero past its end', () => {
    const table = new ModuleInterpreter(
      elaborate(
        module(
          'look_up',
          { at: input(bits(3)), go: input(bit), now: output(signed(6)), later: output(signed(6)) },
          (io, m) => {
            const { wave } = m.roms({ wave: { type: signed(6), contents: [0, 31, -32, 5, -1] } });
            io.now.set(wave.read(io.at));
            io.later.set(wave.fetch(io.at, io.go));
          },
        ),
      ),
    );
    const cycle = (at: bigint, go: bigint): Record<string, bigint> => {
      table.set({ at, go });
      table.step();
      return run(table, { at, go });
    };
    expect(cycle(2n, 1n)).toEqual({ now: -32n, later: -32n });
    expect(cycle(1n, 0n)).toEqual({ now: 31n, later: -32n });
    expect(cycle(4n, 1n)).toEqual({ now: -1n, later: -1n });
    expect(cycle(5n, 1n)).toEqual({ now: 0n, later: 0n });
  });
});
