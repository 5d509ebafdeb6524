/**
 * Arithmetic on widths in the type system, digit by digit as on paper, so that its cost grows with the number of digits
 * and not with the width. A width that is not a literal gives `number`: such widths are checked when elaborated.
 */

type Digit = '0' | '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9';

/** `DigitSums[a][b]` is `a + b` in two digits. */
interface DigitSums {
  '0': ['00', '01', '02', '03', '04', '05', '06', '07', '08', '09'];
  '1': ['01', '02', '03', '04', '05', '06', '07', '08', '09', '10'];
  '2': ['02', '03', '04', '05', '06', '07', '08', '09', '10', '11'];
  '3': ['03', '04', '05', '06', '07', '08', '09', '10', '11', '12'];
  '4': ['04', '05', '06', '07', '08', '09', '10', '11', '12', '13'];
  '5': ['05', '06', '07', '08', '09', '10', '11', '12', '13', '14'];
  '6': ['06', '07', '08', '09', '10', '11', '12', '13', '14', '15'];
  '7': ['07', '08', '09', '10', '11', '12', '13', '14', '15', '16'];
  '8': ['08', '09', '10', '11', '12', '13', '14', '15', '16', '17'];
  '9': ['09', '10', '11', '12', '13', '14', '15', '16', '17', '18'];
}

/** `DigitDifferences[a][b]` is `a - b`, borrow first. */
interface DigitDifferences {
  '0': ['00', '19', '18', '17', '16', '15', '14', '13', '12', '11'];
  '1': ['01', '00', '19', '18', '17', '16', '15', '14', '13', '12'];
  '2': ['02', '01', '00', '19', '18', '17', '16', '15', '14', '13'];
  '3': ['03', '02', '01', '00', '19', '18', '17', '16', '15', '14'];
  '4': ['04', '03', '02', '01', '00', '19', '18', '17', '16', '15'];
  '5': ['05', '04', '03', '02', '01', '00', '19', '18', '17', '16'];
  '6': ['06', '05', '04', '03', '02', '01', '00', '19', '18', '17'];
  '7': ['07', '06', '05', '04', '03', '02', '01', '00', '19', '18'];
  '8': ['08', '07', '06', '05', '04', '03', '02', '01', '00', '19'];
  '9': ['09', '08', '07', '06', '05', '04', '03', '02', '01', '00'];
}

interface Successors {
  '00': '01';
  '01': '02';
  '02': '03';
  '03': '04';
  '04': '05';
  '05': '06';
  '06': '07';
  '07': '08';
  '08': '09';
  '09': '10';
  '10': '11';
  '11': '12';
  '12': '13';
  '13': '14';
  '14': '15';
  '15': '16';
  '16': '17';
  '17': '18';
  '18': '19';
}

/** One less, borrow first. */
interface Predecessors {
  '00': '19';
  '01': '00';
  '02': '01';
  '03': '02';
  '04': '03';
  '05': '04';
  '06': '05';
  '07': '06';
  '08': '07';
  '09': '08';
  '11': '10';
  '12': '11';
  '13': '12';
  '14': '13';
  '15': '14';
  '16': '15';
  '17': '16';
  '18': '17';
  '19': '18';
}

type Lookup<Table, Row, Column> = Row extends keyof Table
  ? Column extends keyof Table[Row]
    ? Table[Row][Column]
    : never
  : never;
type Reverse<Text extends string> = Text extends `${infer Head}${infer Tail}` ? `${Reverse<Tail>}${Head}` : '';
type StripZeros<Text extends string> = Text extends '0' ? '0' : Text extends `0${infer Tail}` ? StripZeros<Tail> : Text;
type ToNumber<Text extends string> = StripZeros<Text> extends `${infer Value extends number}` ? Value : never;

type Step<Table, Next, A, B, Carry> = Carry extends '1'
  ? Lookup<Table, A, B> extends infer Pair extends keyof Next
    ? Next[Pair]
    : never
  : Lookup<Table, A, B>;

type Head<Digits extends string> = Digits extends `${infer First}${string}` ? First : '0';
type Tail<Digits extends string> = Digits extends `${string}${infer Rest}` ? Rest : '';

/** Operands' digits least significant first; the result's most significant first. */
type AddDigits<A extends string, B extends string, Carry extends string, Result extends string> = A extends ''
  ? B extends ''
    ? Carry extends '1'
      ? `1${Result}`
      : Result
    : AddStep<'', B, Carry, Result>
  : AddStep<A, B, Carry, Result>;
type AddStep<A extends string, B extends string, Carry extends string, Result extends string> =
  Step<DigitSums, Successors, Head<A>, Head<B>, Carry> extends `${infer C}${infer D}`
    ? AddDigits<Tail<A>, Tail<B>, C, `${D}${Result}`>
    : never;

type SubtractDigits<A extends string, B extends string, Borrow extends string, Result extends string> = A extends ''
  ? B extends ''
    ? Borrow extends '1'
      ? never
      : Result
    : never
  : Step<DigitDifferences, Predecessors, Head<A>, Head<B>, Borrow> extends `${infer C}${infer D}`
    ? SubtractDigits<Tail<A>, Tail<B>, C, `${D}${Result}`>
    : never;

type Known<A extends number, B extends number, Result> = number extends A ? number : number extends B ? number : Result;

export type Sum<A extends number, B extends number> = Known<
  A,
  B,
  ToNumber<AddDigits<Reverse<`${A}`>, Reverse<`${B}`>, '0', ''>>
>;

/** `A - B`; `never` where B is the greater. */
export type Difference<A extends number, B extends number> = Known<
  A,
  B,
  ToNumber<SubtractDigits<Reverse<`${A}`>, Reverse<`${B}`>, '0', ''>>
>;

type TimesDigit<A extends number, D extends string> = D extends '0'
  ? 0
  : D extends '1'
    ? A
    : D extends '2'
      ? Sum<A, A>
      : D extends '3'
        ? Sum<A, TimesDigit<A, '2'>>
        : D extends '4'
          ? TimesDigit<Sum<A, A>, '2'>
          : D extends '5'
            ? Sum<A, TimesDigit<A, '4'>>
            : D extends '6'
              ? TimesDigit<Sum<A, A>, '3'>
              : D extends '7'
                ? Sum<A, TimesDigit<A, '6'>>
                : D extends '8'
                  ? TimesDigit<Sum<A, A>, '4'>
                  : D extends '9'
                    ? Sum<A, TimesDigit<A, '8'>>
                    : never;

type TimesDigits<
  A extends number,
  Text extends string,
  Total extends number,
> = Text extends `${infer D extends Digit}${infer Rest}`
  ? TimesDigits<A, Rest, Sum<ToNumber<`${Total}0`>, TimesDigit<A, D>>>
  : Total;

export type Product<A extends number, B extends number> = Known<A, B, TimesDigits<A, `${B}`, 0>>;

/** The width of `slice(high, low)`. */
export type SliceWidth<High extends number, Low extends number> = Sum<Difference<High, Low>, 1>;

/** The sum of many widths. */
export type Total<Widths extends readonly number[]> = number extends Widths['length']
  ? number
  : Widths extends readonly [infer Head extends number, ...infer Tail extends readonly number[]]
    ? Sum<Head, Total<Tail>>
    : 0;
