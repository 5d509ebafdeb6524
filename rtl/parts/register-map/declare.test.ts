import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { type RegisterDeclarations, RegisterMapError, registerMap } from './declare.ts';
import { exampleMap } from './example.ts';

const refusal = (registers: RegisterDeclarations, rest: { name?: string; addressWidth?: number } = {}): string => {
  try {
    registerMap({ name: 'unit', description: 'A unit.', registers, ...rest });
  } catch (error) {
    if (error instanceof RegisterMapError) return error.message;
    throw error;
  }
  return 'nothing was refused';
};
const bit = { description: 'A bit.' };
const word = { description: 'A word.', fields: { flag: bit } };

describe('registerMap', () => {
  it('gives every register its address and every field its bits', () => {
    const places = exampleMap.placed.map(({ name, address, count, stride, words, width }) => [
      name,
      address,
      count,
      stride,
      words,
      width,
    ]);
    expect(places).toEqual([
      ['identification', 0x000, 1, 4, 1, 32],
      ['control', 0x004, 1, 4, 1, 32],
      ['faults', 0x008, 1, 4, 1, 10],
      ['secret', 0x00c, 2, 4, 1, 32],
      ['key', 0x040, 3, 8, 1, 20],
      ['level', 0x054, 1, 4, 1, 10],
      ['frames', 0x058, 1, 4, 1, 32],
      ['bytes', 0x100, 2, 8, 2, 48],
      ['table', 0x200, 12, 4, 1, 12],
      ['map', 0x280, 4, 8, 2, 48],
    ]);
    const control = exampleMap.placed[1];
    expect(control?.fields.map((field) => [field.name, field.low, field.width, field.access])).toEqual([
      ['enable', 0, 1, 'read-write'],
      ['mode', 4, 4, 'read-write'],
      ['start', 8, 1, 'pulse'],
      ['busy', 31, 1, 'read-only'],
    ]);
    expect(registerMap({ name: 'small', description: 'Small.', registers: { one: word } }).addressWidth).toBe(3);
  });

  it('refuses what cannot be built, and says what is allowed', () => {
    expect(refusal({ Bad: word })).toMatchInlineSnapshot(
      `"unit.Bad: the name 'Bad' must be lower case words joined by single underscores"`,
    );
    expect(refusal({ one: { ...word, address: 2 } })).toMatchInlineSnapshot(
      `"unit.one: address is 0x002, but must be a multiple of 4 bytes, at least 0 and below 2^32"`,
    );
    expect(refusal({ one: { ...word, count: 4, address: 0 }, two: { ...word, address: 8 } })).toMatchInlineSnapshot(
      `"unit.two: its word at 0x008 is already taken by 'one'"`,
    );
    expect(
      refusal({ one: { description: 'A.', fields: { a: { ...bit, width: 4 }, b: { ...bit, low: 3 } } } }),
    ).toMatchInlineSnapshot(`"unit.one.b: bits 3 to 3 overlap those of 'a' (3 to 0)"`);
    expect(refusal({ one: { description: 'A.', fields: { a: { ...bit, width: 33 } } } })).toContain('width is 33');
    expect(refusal({ one: { description: 'A.', fields: { a: { ...bit, width: 2, low: 31 } } } })).toContain('cross');
    expect(refusal({ one: { description: 'A.', fields: { a: { ...bit, width: 2, reset: 4 } } } })).toContain(
      'the value 4 does not fit: 2 bits hold 0 to 3',
    );
    expect(refusal({ one: { description: 'A.', fields: { a: { ...bit, reset: 1, access: 'pulse' } } } })).toContain(
      "leave 'reset' out",
    );
    expect(refusal({ one: { description: 'A.', fields: { a: { ...bit, access: 'constant' } } } })).toContain("'value'");
    expect(refusal({ one: { description: 'A.', count: 3, fields: { a: { ...bit, reset: [0, 1] } } } })).toContain(
      'reset lists 2 values',
    );
    expect(refusal({ one: { description: 'A.', fields: {} } })).toContain('no fields');
    expect(
      refusal({ one: { description: 'A.', fields: { a: Object.assign({ low: 1 }, bit, { bit: 3 }) } } }),
    ).toMatchInlineSnapshot(
      `"unit.one.a: 'bit' means nothing here; write one of description, access, width, low, reset, value"`,
    );
    expect(refusal({ one: Object.assign({ depth: 4 }, word) })).toContain("unit.one: 'depth' means nothing here");
    expect(refusal({ one: { kind: 'counter', description: 'A.', width: 65 } })).toContain('1 to 64');
    expect(refusal({ one: { kind: 'counter', description: 'A.', width: 40, address: 4 } })).toContain('multiple of 8');
    expect(refusal({ one: { ...word, count: 0 } })).toContain('count is 0');
    expect(refusal({ one: { ...word, count: 2, stride: 6 } })).toContain('stride is 6');
    expect(
      refusal({ one: { kind: 'window', description: 'A.', depth: 5, address: 16, fields: { a: bit } } }),
    ).toContain('multiple of 32');
    expect(
      refusal({ a: { description: 'A.', fields: { b_c: bit } }, a_b: { description: 'A.', fields: { c: bit } } }),
    ).toBe("unit.a_b.c: its joined name 'a_b_c' is also that of 'a.b_c'; rename one");
    expect(refusal({ one: { ...word, address: 0x100 } }, { addressWidth: 8 })).toContain('from 9 (the last register');
    expect(refusal({})).toContain('no registers');
    expect(refusal({ one: word }, { name: 'a__b' })).toContain("the name 'a__b'");
  });

  test.prop([
    fc.array(
      fc.record({
        kind: fc.constantFrom('register', 'counter', 'window' as const),
        size: fc.integer({ min: 1, max: 40 }),
        width: fc.integer({ min: 1, max: 64 }),
      }),
      { minLength: 1, maxLength: 12 },
    ),
  ])('never gives one word to two registers', (kinds) => {
    const registers = Object.fromEntries(
      kinds.map(({ kind, size, width }, index) => [
        `r${index}`,
        kind === 'counter'
          ? { kind, description: 'C.', width, count: size }
          : kind === 'window'
            ? { kind, description: 'W.', depth: size, fields: { a: { description: 'A.', width: Math.min(width, 32) } } }
            : { description: 'R.', count: size, fields: { a: { description: 'A.', width: Math.min(width, 32) } } },
      ]),
    ) as RegisterDeclarations;
    const map = registerMap({ name: 'unit', description: 'A unit.', registers });
    const words = map.placed.flatMap((register) =>
      Array.from({ length: register.count * register.words }, (_, word) => register.address + 4 * word),
    );
    expect(new Set(words).size).toBe(words.length);
    expect(Math.max(...words)).toBeLessThan(2 ** map.addressWidth);
  });
});
