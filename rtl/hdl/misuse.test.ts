/** What TypeScript refuses in the editor is refused when it runs too, with what to write: JavaScript, `any` and casts get so far. */
import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { emitVerilog } from '../verilog/index.ts';
import { bit, bits, bundle, elaborate, enumeration, input, module, output, stream, vector } from './index.ts';

const anything = (value?: unknown): never => value as never;
const unit = module('unit', { a: input(bits(8)), y: output(bits(8)) }, (io) => io.y.set(io.a));

// biome-ignore lint/suspicious/noExplicitAny: what is tested is what the types forbid
type Untyped = any;
const inside = (body: (io: Untyped, m: Untyped) => void) => (): unknown =>
  elaborate(
    module('unit', { a: input(bits(8)), go: input(bit), y: output(bits(8)) }, (io, m) => {
      io.y.set(0);
      body(io, m);
    }),
  );

const misuses: Readonly<Record<string, readonly [misuse: () => unknown, message: string, remedy: string]>> = {
  'a module without a body': [
    () => module('unit', { y: output(bit) }, anything()),
    'module unit takes a function (io, m) => { ... } as its third argument, but was given undefined',
    'pass a function (io, m)',
  ],
  'a module without ports': [
    () => module('unit', anything(), () => {}),
    'module unit takes an object of ports such as { a: input(bits(8)) } as its second argument, but was given undefined',
    'pass an object of ports',
  ],
  'an enumeration of nothing': [
    () => enumeration(anything()),
    'enumeration takes the names of its states, or an object such as { IDLE: 1, BUSY: 2 }, but was given undefined',
    'pass the names of its states',
  ],
  'a method in another spelling, of a result and under a branch': [
    inside((io, m) => m.when(io.go, () => io.y.set(io.a.add(1).slise(7, 0)))),
    'the result of add has no method slise',
    'did you mean .slice(...)?',
  ],
  'a method of arrays on a vector': [
    inside((_, m) => m.wires({ lanes: { type: vector(bits(8), 4), default: 0 } }).lanes.forEach(() => {})),
    'lanes has no method forEach',
    'its methods are eq, ne, get, at, set',
  ],
  'a method of a stream in another spelling': [
    () => elaborate(module('unit', { s: input(stream(bits(8))) }, (io: Untyped) => io.s.fires())),
    's has no method fires',
    'did you mean .fire(...)?',
  ],
  'a bundle of nothing': [() => bundle(anything()), 'bundle takes an object of fields', 'such as { data: bits(8) }'],
  'Verilog of a definition': [
    () => emitVerilog(anything(unit)),
    'emitVerilog takes an elaborated module, but was given the definition of module unit',
    'write emitVerilog(elaborate(...))',
  ],
  'registers of nothing': [inside((_io, m) => m.regs()), 'a declaration takes an object of names', '{ count: ... }'],
  'a register that is a shape': [
    inside((_io, m) => m.regs({ count: bits(8) })),
    'register count takes { type: ..., reset: ... }, but was given the shape bits(8)',
    'pass { type: ..., reset: ... }',
  ],
  'a wire that is a number': [inside((_io, m) => m.wires({ sum: 3 })), 'wire sum takes { type: ... }', 'pass { type'],
  'branches of nothing': [inside((io, m) => m.matchBits(io.a)), 'matchBits takes a list of branches', '[[0, () =>'],
  'a boolean': [inside((io) => io.y.set(true)), 'expected bits(8), but was given a boolean', 'write 1'],
  'digits in quotes': [inside((io) => io.y.set('8')), "was given the text '8'", 'write 8, without quotes'],
  'a text': [inside((io) => io.y.set('IDLE')), "was given the text 'IDLE'", 'write a number, a signal or a state'],
  'a name that is spelt wrongly': [inside((io) => io.y.set(io.b)), 'was given undefined', 'spelt wrongly'],
  'a number that has no width': [
    inside((io) => io.y.set(io.a.multiply(3).slice(7, 0))),
    'multiplying a takes a signal, but was given the number 3',
    'write lit(width, 3), with the width it is to have',
  ],
};

test.for(Object.entries(misuses))('%s is refused, with what to write', ([, [misuse, message, remedy]]) => {
  let told = 'nothing';
  try {
    misuse();
  } catch (error) {
    told = `${String(error)}`;
  }
  expect(told).toContain('rtl/hdl/misuse.test.ts');
  const [first, second] = told.split('\n');
  expect(first).toContain(message);
  expect(second).toContain(remedy);
});

test('to ask whether a value has a method is fine, and what fails beside it is told as it is', () => {
  const absent = Object.freeze({});
  const asks = inside((io) =>
    expect([io.a.then, 'then' in io.a, io.a?.then?.()]).toEqual([undefined, false, undefined]),
  );
  expect(asks).not.toThrow();
  const fails = inside((io) => [io.a.then, (absent as Untyped).map()]);
  expect(fails).toThrow(new TypeError('absent.map is not a function'));
});

test('a refusal that nobody catches shows its message, and lines of its author alone', () => {
  const wrong = module('wrong', { a: input(bits(8)), b: output(bits<number>(4)) }, (io) => io.b.set(io.a));
  try {
    elaborate(wrong);
    expect.unreachable();
  } catch (error) {
    const [first, ...lines] = inspect(error, { customInspect: false, depth: 5 }).split('\n');
    expect(first).toMatch(/^ElaborationError: .*misuse\.test\.ts:\d+:\d+: error width-mismatch: /);
    expect(lines[0]).toMatch(/^ {2}write /);
    const frames = lines.slice(1);
    expect(frames[0]).toMatch(/misuse\.test\.ts/);
    expect(frames.filter((line) => !/^ {4}at .*(misuse\.test\.ts|node_modules)/.test(line))).toEqual([]);
  }
});
