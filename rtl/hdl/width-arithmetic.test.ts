import { expectTypeOf, test } from 'vitest';
import type { Difference, Product, SliceWidth, Sum, Total } from './width-arithmetic.ts';

test('widths add digit by digit', () => {
  expectTypeOf<Sum<8, 8>>().toEqualTypeOf<16>();
  expectTypeOf<Sum<0, 0>>().toEqualTypeOf<0>();
  expectTypeOf<Sum<999, 1>>().toEqualTypeOf<1000>();
  expectTypeOf<Sum<1, 99_999>>().toEqualTypeOf<100_000>();
  expectTypeOf<Sum<512, 1024>>().toEqualTypeOf<1536>();
  expectTypeOf<Sum<number, 8>>().toEqualTypeOf<number>();
  expectTypeOf<Sum<8, number>>().toEqualTypeOf<number>();
});

test('widths subtract digit by digit', () => {
  expectTypeOf<Difference<16, 8>>().toEqualTypeOf<8>();
  expectTypeOf<Difference<1000, 1>>().toEqualTypeOf<999>();
  expectTypeOf<Difference<10_000, 9_999>>().toEqualTypeOf<1>();
  expectTypeOf<Difference<7, 7>>().toEqualTypeOf<0>();
  expectTypeOf<Difference<7, 8>>().toEqualTypeOf<never>();
  expectTypeOf<Difference<number, 8>>().toEqualTypeOf<number>();
});

test('slices, repetitions and concatenations have literal widths', () => {
  expectTypeOf<SliceWidth<7, 0>>().toEqualTypeOf<8>();
  expectTypeOf<SliceWidth<511, 504>>().toEqualTypeOf<8>();
  expectTypeOf<SliceWidth<31, 31>>().toEqualTypeOf<1>();
  expectTypeOf<Product<8, 4>>().toEqualTypeOf<32>();
  expectTypeOf<Product<37, 29>>().toEqualTypeOf<1073>();
  expectTypeOf<Product<1, 640>>().toEqualTypeOf<640>();
  expectTypeOf<Product<8, number>>().toEqualTypeOf<number>();
  expectTypeOf<Total<[8, 16, 1, 103]>>().toEqualTypeOf<128>();
  expectTypeOf<Total<number[]>>().toEqualTypeOf<number>();
});
