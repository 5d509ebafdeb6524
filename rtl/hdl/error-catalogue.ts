/**
 * Every error of the language: one code, one message, one remedy. `docs/language/errors.md` is written from this file and
 * its examples.
 */
import { bitsText, entry } from './error-entry.ts';

export const catalogue = {
  // Values
  'width-mismatch': entry<{ operation: string; left: string; leftWidth: number; right: string; rightWidth: number }>({
    rule: 'Both sides of an operation or an assignment have the same width.',
    message: (p) => `${p.operation}: ${p.left} has ${bitsText(p.leftWidth)}, ${p.right} has ${bitsText(p.rightWidth)}`,
    remedy: (p) =>
      p.operation.startsWith('setting')
        ? p.rightWidth < p.leftWidth
          ? `write .extend(${p.leftWidth}) on ${p.right}`
          : `write .truncate(${p.leftWidth}) on ${p.right}, or make ${p.left} wider`
        : p.rightWidth < p.leftWidth
          ? `write .extend(${p.leftWidth}) on ${p.right}, or .truncate(${p.rightWidth}) on ${p.left}`
          : `write .truncate(${p.leftWidth}) on ${p.right}, or .extend(${p.rightWidth}) on ${p.left}`,
  }),
  'sign-mismatch': entry<{ operation: string; left: string; leftSigned: boolean; right: string }>({
    rule: 'Both sides of an operation or an assignment are signed, or both are unsigned.',
    message: (p) =>
      `${p.operation}: ${p.left} is ${p.leftSigned ? 'signed' : 'unsigned'}, ${p.right} is ${p.leftSigned ? 'unsigned' : 'signed'}`,
    remedy: (p) => `write ${p.leftSigned ? '.asSigned()' : '.asBits()'} on ${p.right}`,
  }),
  'literal-out-of-range': entry<{ literal: string; width: number; signed: boolean; place: string }>({
    rule: 'A literal fits the width it is used at.',
    message: (p) =>
      `${p.literal} does not fit ${p.place}, which has ${bitsText(p.width)}${p.signed ? ' (signed)' : ''} and holds ` +
      (p.signed
        ? `${-(1n << BigInt(p.width - 1))} to ${(1n << BigInt(p.width - 1)) - 1n}`
        : `0 to ${(1n << BigInt(p.width)) - 1n}`),
    remedy: () => 'use a literal in that range, or make the signal wider',
  }),
  'not-an-integer': entry<{ literal: string; place: string }>({
    rule: 'A literal is a whole number; above 2^53 it is written as a bigint.',
    message: (p) => `${p.literal} for ${p.place} is not an exact whole number`,
    remedy: () => 'write a whole number, and a bigint such as 0x1234_5678_9abc_def0n above 9007199254740991',
  }),
  'wrong-kind': entry<{ operation: string; expected: string; actual: string; instead?: string }>({
    rule: 'An operation takes the kind of value it is defined for.',
    message: (p) => `${p.operation} takes ${p.expected}, but was given ${p.actual}`,
    remedy: (p) => p.instead ?? `pass ${p.expected}`,
  }),
  'another-copy': entry<{ operation: string; place: string }>({
    rule: 'All of a design is made by one copy of the language.',
    message: (p) => `${p.operation} was given what another copy of the language made, the one in ${p.place}`,
    remedy: () => "write import { ... } from 'portcullis' in every file; `npm ls portcullis` shows each copy",
  }),
  'shape-mismatch': entry<{ operation: string; expected: string; actual: string; instead?: string }>({
    rule: 'Records, vectors, enumerations and bundles combine only with others of the same shape.',
    message: (p) => `${p.operation}: expected ${p.expected}, but was given ${p.actual}`,
    remedy: (p) => p.instead ?? 'use one shape for both sides, or convert with pack() and unpack()',
  }),
  'condition-width': entry<{ place: string; width: number }>({
    rule: 'A condition is one bit wide.',
    message: (p) => `the condition of ${p.place} has ${bitsText(p.width)}`,
    remedy: () => 'write .isNonZero(), .reduceOr() or a comparison',
  }),
  'slice-bounds': entry<{ operation: string; signal: string; width: number }>({
    rule: 'A slice lies inside its operand, the high bound first.',
    message: (p) => `${p.operation} is outside ${p.signal}, whose bits are ${p.width - 1} down to 0`,
    remedy: () => 'write slice(high, low) with width > high >= low >= 0',
  }),
  'bad-index': entry<{ operation: string; signal: string; length: number }>({
    rule: 'An index known when elaborating names an element of its vector.',
    message: (p) => `${p.operation} is outside ${p.signal}, whose elements are 0 to ${p.length - 1}`,
    remedy: () => 'use an index in that range, or .at(signal) for one that is a signal',
  }),
  'bad-shift': entry<{ operation: string; amount: number | bigint }>({
    rule: 'A shift by a known amount is by a whole number of bits, at least none.',
    message: (p) =>
      typeof p.amount === 'bigint' && p.amount >= 0n
        ? `${p.operation}(${p.amount}n) was given a bigint, and an amount that is known is a number`
        : `${p.operation}(${p.amount}) shifts by ${p.amount} bits`,
    remedy: (p) =>
      typeof p.amount === 'bigint' && p.amount >= 0n
        ? `write ${p.operation}(${p.amount})`
        : 'pass a whole number from 0, and use the other of shiftLeft and shiftRight for the other direction',
  }),
  'bad-width': entry<{ operation: string; width: string }>({
    rule: 'A width is a whole number from 1 to 1,000,000.',
    message: (p) => `${p.operation} was given the width ${p.width}`,
    remedy: () => 'pass a number, whole and from 1 to 1,000,000; leave out a field that would have no bits',
  }),
  'bad-truncation': entry<{ operation: 'truncate' | 'extend'; signal: string; from: number; to: number }>({
    rule: 'truncate makes a value narrower, extend makes it wider.',
    message: (p) => `${p.operation}(${p.to}) on ${p.signal}, which has ${bitsText(p.from)}`,
    remedy: (p) =>
      `write .${p.operation === 'truncate' ? 'extend' : 'truncate'}(${p.to}), or .resize(${p.to}) where either may happen`,
  }),
  'no-width': entry<{ operation: string }>({
    rule: 'An operation needs one operand that has a width.',
    message: (p) => `${p.operation} was given only literals, so its width is not known`,
    remedy: () => 'write constant(bits(8), 3) or lit(8, 3) for one of them',
  }),
  'empty-list': entry<{ operation: string }>({
    rule: 'An operation over a list takes at least one element.',
    message: (p) => `${p.operation} was given an empty list`,
    remedy: () => 'pass at least one element',
  }),
  'not-assignable': entry<{ signal: string; reason: string }>({
    rule: 'Only wires, registers, output ports and the inputs of instances are set.',
    message: (p) => `${p.signal} cannot be set: ${p.reason}`,
    remedy: () => 'declare a wire or a register with m.wires or m.regs and set that',
  }),
  'used-as-javascript': entry<{ signal: string; how: string }>({
    rule: 'A signal has no value while the design is being elaborated.',
    message: (p) => `${p.signal} was used as a JavaScript ${p.how}`,
    remedy: (p) =>
      p.how === 'string'
        ? 'a signal has no text: use its key where you need a name'
        : 'write .add(), .eq(), .lt(), mux() or m.when() in place of +, ==, <, ?: and if',
  }),
  'unknown-method': entry<{ signal: string; method: string; near?: string; known: string }>({
    rule: 'Each kind of value has methods of its own.',
    message: (p) => `${p.signal} has no method ${p.method}`,
    remedy: (p) => (p.near === undefined ? `its methods are ${p.known}` : `did you mean .${p.near}(...)?`),
  }),
  assigned: entry<{ name: string }>({
    rule: 'A signal is set with its method, not with =.',
    message: (p) => `${p.name} was assigned with =, which would set nothing`,
    remedy: (p) => `write ${p.name}.set(value), or ${p.name}.connect(other) for a bundle`,
  }),
  // Shapes and ports
  'bad-name': entry<{ name: string; what: string }>({
    rule: 'Names are letters, digits and underscores, and begin with a letter.',
    message: (p) => `the ${p.what} name '${p.name}' is not a Verilog identifier`,
    remedy: () => 'use letters, digits and underscores, beginning with a letter',
  }),
  'reserved-name': entry<{ name: string; what: string }>({
    rule: 'A name is not a word of Verilog or SystemVerilog, nor the clock or the reset.',
    message: (p) => `the ${p.what} name '${p.name}' is reserved`,
    remedy: (p) => `call it ${p.name}_value, or something that says what it holds`,
  }),
  'duplicate-name': entry<{ name: string; what: string }>({
    rule: 'A name is declared once in a module.',
    message: (p) => `the name '${p.name}' of this ${p.what} is already taken in the module`,
    remedy: () =>
      'rename one of the two; record fields, stream parts and instance ports are joined to their key with an underscore',
  }),
  'bad-field-name': entry<{ field: string }>({
    rule: 'A field does not hide a method of its record or bundle.',
    message: (p) => `the field '${p.field}' hides what every record or bundle has`,
    remedy: (p) => `call the field ${p.field}_field, or something that says what it holds`,
  }),
  'bad-enumeration': entry<{ reason: string }>({
    rule: 'The states of an enumeration have distinct names, which are identifiers, and distinct codes that fit its width.',
    message: (p) => p.reason,
    remedy: () => "write enumeration('IDLE', 'BUSY') or enumeration({ IDLE: 1, BUSY: 2 }, 2)",
  }),
  'bad-depth': entry<{ what: string; value: string }>({
    rule: 'A vector, a memory or a repetition has a whole number of elements, at least one.',
    message: (p) => `${p.what} was given ${p.value} elements`,
    remedy: () => 'pass a whole number of at least 1',
  }),
  // Modules
  'outside-module': entry<{ operation: string }>({
    rule: 'Signals are declared and set while their module is being elaborated.',
    message: (p) => `${p.operation} stands outside the body of its module`,
    remedy: () => 'do it inside the function given to module()',
  }),
  'foreign-signal': entry<{ signal: string; owner: string; user: string }>({
    rule: 'A module uses its own signals only.',
    message: (p) => `${p.signal} belongs to module ${p.owner}, but module ${p.user} uses it`,
    remedy: () => 'pass the value through a port',
  }),
  'unknown-signal': entry<{ name: string; what: string; module: string; known: string }>({
    rule: 'What is observed in a module is one of its signals.',
    message: (p) => `module ${p.module} has no ${p.what} ${p.name}`,
    remedy: (p) => (p.known === '' ? 'observe something else' : `name one of: ${p.known}`),
  }),
  'recursive-module': entry<{ module: string }>({
    rule: 'A module does not hold itself.',
    message: (p) => `module ${p.module} holds itself, directly or through its instances`,
    remedy: () => 'end the recursion with a parameter that shrinks',
  }),
  'async-body': entry<{ what: string }>({
    rule: 'The body of a module or a branch has run when it returns: it is not async.',
    message: (p) => `${p.what} is an async function, whose statements would come too late`,
    remedy: () => 'leave async out; read files before the module is declared, and pass what they hold as a parameter',
  }),
  'too-deep': entry<{ signal: string; depth: number; limit: number }>({
    rule: 'What is computed within one clock cycle is at most 500 operators deep.',
    message: (p) => `what sets ${p.signal} is ${p.depth} operators deep, more than ${p.limit}`,
    remedy: () => 'join values in pairs, as any() and all() do, or put registers between',
  }),
  'deep-branch': entry<{ limit: number }>({
    rule: 'A branch depends on at most 500 decisions: those around it, and those before it in its chain.',
    message: (p) => `this branch depends on more than ${p.limit} decisions`,
    remedy: () => 'choose by value with m.matchBits(), whose branches are decided at once, or split the module',
  }),
  'duplicate-module': entry<{ what: string; name: string; other: string }>({
    rule: 'A module is the only one of its name, however written; a black box keeps its name, and has one list of ports.',
    message: (p) => `the ${p.what} ${p.name} has the name of another ${p.other} in this design`,
    remedy: () => 'give each its own name, or one definition to both',
  }),
  'late-branch': entry<{ branch: string }>({
    rule: 'elseWhen and otherwise follow their when directly.',
    message: (p) => `${p.branch} follows statements that came after its m.when`,
    remedy: () => 'chain it: m.when(...).elseWhen(...).otherwise(...)',
  }),
  'duplicate-case': entry<{ value: string }>({
    rule: 'Each value of a match has one branch.',
    message: (p) => `the value ${p.value} has two branches`,
    remedy: () => 'remove one of them, or list several values for one branch',
  }),
  'missing-state': entry<{ states: string }>({
    rule: 'A match names every state, or says what happens otherwise.',
    message: (p) => `the match has no branch for ${p.states}`,
    remedy: () => 'add the branches, or `otherwise: () => { ... }`',
  }),
  'unknown-state': entry<{ state: string; known: string }>({
    rule: 'A match names only states of its enumeration.',
    message: (p) => `${p.state} is not a state; the states are ${p.known}`,
    remedy: () => 'correct the name',
  }),
  'not-a-state': entry<{ place: string; code: bigint; states: string }>({
    rule: 'The reset value and the default of an enumeration are states of it: 0 only where a state has that code.',
    message: (p) => `${p.place} is ${p.code}, which is the code of no state; the states are ${p.states}`,
    remedy: () => 'write the state, as in `reset: state.IDLE`',
  }),
  'unknown-option': entry<{ option: string; place: string; known: string }>({
    rule: 'A declaration has only the options that it is defined with.',
    message: (p) => `${p.place} has no option ${p.option}`,
    remedy: (p) => `the options are ${p.known}`,
  }),
  'missing-reset': entry<{ signal: string }>({
    rule: 'A register has a reset value, or says that it has none.',
    message: (p) => `register ${p.signal} has no reset value`,
    remedy: () => "write `reset: 0`, or `reset: 'none'` where its value after reset does not matter",
  }),
  'not-constant': entry<{ place: string }>({
    rule: 'Reset values and the contents of memories are constants.',
    message: (p) => `${p.place} is not a constant`,
    remedy: () => 'pass a literal, constant(shape, value) or a state of an enumeration',
  }),
  'not-driven': entry<{ signal: string; what: string }>({
    rule: 'Every wire, output port and input of an instance is driven.',
    message: (p) => `${p.what} ${p.signal} is never set`,
    remedy: (p) => (p.what === 'register' ? 'set it, or use a constant in its place' : 'set it, or give it a default'),
  }),
  latch: entry<{ signal: string; bits: string }>({
    rule: 'A wire is set on every path, or has a default; otherwise it would be a latch.',
    message: (p) => `${p.bits} of wire ${p.signal} is not set on every path`,
    remedy: () => 'set it before the first m.when, add .otherwise(...), or give the wire a default',
  }),
  'multiply-driven': entry<{ signal: string }>({
    rule: 'A connected signal has one driver.',
    message: (p) => `${p.signal} is driven by connect() and again elsewhere`,
    remedy: () => 'keep one of the two drivers, or choose between them with mux()',
  }),
  overridden: entry<{ signal: string }>({
    rule: 'What is set whole is set once in a branch: a second time would leave the first without effect.',
    message: (p) => `${p.signal} is set here whatever happens, so that what set it before has no effect`,
    remedy: () => 'keep one of the two, choose with mux(), or put this one under m.when()',
  }),
  'combinational-loop': entry<{ path: string }>({
    rule: 'No bit of a wire depends on itself without a register between.',
    message: (p) => `combinational loop: ${p.path}`,
    remedy: () => 'put a register in the loop, or break the dependence',
  }),
  'bad-mask': entry<{ memory: string; width: number; mask: number }>({
    rule: 'A write mask has one bit for each lane, and the lanes are of equal width.',
    message: (p) => `the mask of ${p.memory} has ${bitsText(p.mask)}, which does not divide its ${bitsText(p.width)}`,
    remedy: () => 'use a mask whose width divides the width of a word',
  }),
  'rom-written': entry<{ memory: string }>({
    rule: 'A ROM is not written.',
    message: (p) => `${p.memory} is a ROM and cannot be written`,
    remedy: () => 'declare it with m.memories',
  }),
  'too-many-words': entry<{ memory: string; words: number; depth: number }>({
    rule: 'A memory holds as many words as its depth.',
    message: (p) => `${p.memory} has ${p.depth} words, but its contents are ${p.words}`,
    remedy: () => 'make the depth larger, or leave words out',
  }),
  'no-memory-contents': entry<{ memory: string }>({
    rule: 'A ROM has contents.',
    message: (p) => `${p.memory} has no contents`,
    remedy: () => 'pass the words as `contents`',
  }),
  'cannot-connect': entry<{ left: string; right: string; reason: string }>({
    rule: 'connect joins a side that drives to a side that can be set.',
    message: (p) => `cannot connect ${p.left} and ${p.right}: ${p.reason}`,
    remedy: () => 'connect a source to a sink of the same shape',
  }),
} as const;

export type ErrorCode = keyof typeof catalogue;
export type ErrorParameters<Code extends ErrorCode> = Parameters<(typeof catalogue)[Code]['message']>[0];
