import { fc, test } from '@fast-check/vitest';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { checkParameters, ParameterError, parameters, readParameters } from './parameters.ts';

const schema = parameters({
  dataWidth: { kind: 'choice', choices: [64, 128, 256], default: 64, description: 'Bits a beat.' },
  entries: { kind: 'integer', minimum: 2, maximum: 4096, default: 16, description: 'Entries.' },
  lanes: { kind: 'integer', minimum: 1, maximum: 64, powerOfTwo: true, default: 4, description: 'Lanes.' },
  step: { kind: 'integer', minimum: 8, maximum: 64, multipleOf: 8, default: 8, description: 'Bits a step.' },
  mode: { kind: 'choice', choices: ['forward', 'backward'], default: 'forward', description: 'Which way.' },
  keep: { kind: 'flag', default: true, description: 'Whether bytes are marked.' },
  depth: {
    kind: 'integer',
    minimum: 1,
    maximum: 8192,
    default: (earlier) => Number(earlier.entries) * 2,
    description: 'Words.',
  },
});

const refusal = (values: Record<string, unknown>): ParameterError => {
  try {
    checkParameters(schema, values, 'the unit');
  } catch (error) {
    if (error instanceof ParameterError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
};

describe('checkParameters', () => {
  it('fills in defaults, also those that follow from earlier parameters', () => {
    const checked = checkParameters(schema, { entries: 100, mode: 'backward' });
    expect(checked).toEqual({
      dataWidth: 64,
      entries: 100,
      lanes: 4,
      step: 8,
      mode: 'backward',
      keep: true,
      depth: 200,
    });
    expectTypeOf(checked.dataWidth).toEqualTypeOf<64 | 128 | 256>();
    expectTypeOf(checked.keep).toEqualTypeOf<boolean>();
  });

  it('names the parameter, its value, what is allowed and the nearest allowed value', () => {
    expect(refusal({ dataWidth: 100 }).message).toMatchInlineSnapshot(
      `"parameter 'dataWidth' of the unit is 100, but it must be 64, 128 or 256; the nearest allowed value is 128"`,
    );
    expect(refusal({ entries: 1 }).message).toMatchInlineSnapshot(
      `"parameter 'entries' of the unit is 1, but it must be an integer from 2 to 4096; the nearest allowed value is 2"`,
    );
    expect(refusal({ lanes: 40 }).detail.nearest).toBe(32);
    expect(refusal({ step: 13 }).detail.nearest).toBe(16);
    expect(refusal({ mode: 'foward' }).detail.nearest).toBe('forward');
    expect(refusal({ keep: 1 }).message).toMatchInlineSnapshot(
      `"parameter 'keep' of the unit is 1, but it must be true or false"`,
    );
    expect(refusal({ entries: Number.NaN }).message).toContain('is NaN');
    expect(refusal({ entries: 2.5 }).detail.nearest).toBe(2);
  });

  it('refuses names that it does not know, and says which may be meant', () => {
    expect(refusal({ datawidth: 64 }).message).toContain("has no parameter 'datawidth'");
    expect(refusal({ datawidth: 64 }).detail.nearest).toBe('dataWidth');
    expect(refusal({ toString: 1 }).message).toContain("has no parameter 'toString'");
    expect(refusal({ qqqqqqqqqq: 1 }).detail.nearest).toBeUndefined();
  });

  it('says when one is missing', () => {
    const strict = parameters({ width: { kind: 'integer', minimum: 1, maximum: 8, description: 'Bits.' } });
    const empty: Record<string, number> = {};
    expect(() => checkParameters(strict, empty as { width: number })).toThrow(/'width' of this block is missing/);
  });

  test.prop([fc.oneof(fc.integer(), fc.double(), fc.string(), fc.boolean(), fc.constant(null), fc.bigInt())])(
    'never passes a value outside the range',
    (value) => {
      try {
        const { entries } = checkParameters(schema, { entries: value } as never);
        expect(Number.isInteger(entries) && entries >= 2 && entries <= 4096).toBe(true);
      } catch (error) {
        expect(error).toBeInstanceOf(ParameterError);
        const { nearest } = (error as ParameterError).detail;
        if (nearest !== undefined) expect(nearest).toSatisfy((n: number) => n >= 2 && n <= 4096);
      }
    },
  );
});

describe('readParameters', () => {
  it('reads text by the schema and leaves the rest for the check to refuse', () => {
    const texts = { dataWidth: '0x80', entries: '12', keep: 'false', mode: 'backward' };
    expect(readParameters(schema, texts)).toEqual({ dataWidth: 128, entries: 12, keep: false, mode: 'backward' });
    expect(refusal(readParameters(schema, { entries: 'many' })).message).toContain("'entries' of the unit is 'many'");
    expect(refusal(readParameters(schema, { entries: '-3' })).detail.nearest).toBe(2);
    expect(refusal(readParameters(schema, { keep: 'yes' })).message).toContain("is 'yes'");
  });
});
