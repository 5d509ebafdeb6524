/** A design of somebody's own under test: inputs drawn at random, or given, and no knowledge of what it is for. */
import fc, { type Arbitrary } from 'fast-check';
import { elaborate } from '../../rtl/hdl/index.ts';
import type { Module } from '../../rtl/hdl/ir.ts';
import type { PortLayout, PortSlot } from '../../rtl/hdl/port-layout.ts';
import { portLayout } from '../../rtl/hdl/port-layout.ts';
import type { BlockUnderTest } from '../lockstep/block.ts';
import type { Driver } from '../lockstep/driver.ts';
import { listAt, naturalAt, objectAt, ReplayError, textAt } from '../lockstep/json.ts';
import { writeSlot } from '../lockstep/ports.ts';
import { rewriteModule } from '../mutation/rewrite.ts';
import type { Design } from './choose-design.ts';

/** Inputs that are held for some cycles, by name, in hexadecimal; `aresetn` among them. Those left out are zero. */
export interface Step {
  readonly cycles: number;
  readonly inputs: Readonly<Record<string, string>>;
}
/** From power-on. */
export type Steps = readonly Step[];

const reset = 'aresetn';
const longestStep = 6;
const mostSteps = 300;
const limit = longestStep * mostSteps * 10;

const hex = (value: bigint): string => `0x${value.toString(16)}`;

/** Often the least or the greatest, where mistakes are. */
const inputValue = ({ width }: PortSlot): Arbitrary<string> => {
  const most = (1n << BigInt(width)) - 1n;
  return fc
    .oneof(
      { weight: 1, arbitrary: fc.constantFrom(0n, most) },
      { weight: 3, arbitrary: fc.bigInt({ min: 0n, max: most }) },
    )
    .map(hex);
};

const stepsFor = ({ inputs }: PortLayout): Arbitrary<Steps> => {
  const clocked = inputs.some(({ name }) => name === reset);
  const seldomInReset = fc.constantFrom(...Array.from({ length: 31 }, () => '0x1'), '0x0');
  const step: Arbitrary<Step> = fc.record({
    cycles: fc.integer({ min: 1, max: longestStep }),
    inputs: fc.record<Record<string, string>>(
      Object.fromEntries(inputs.map((slot) => [slot.name, slot.name === reset ? seldomInReset : inputValue(slot)])),
    ),
  });
  const first: Steps = clocked ? [{ cycles: 1, inputs: { [reset]: '0x0' } }] : [];
  return fc
    .array(step, { minLength: 1, maxLength: mostSteps, size: 'max' })
    .map((steps): Steps => [...first, ...steps]);
};

export const driverOf = (steps: Steps, layout: PortLayout): Driver => {
  let at = 0;
  let left = 0;
  return {
    next(inputs) {
      if (left === 0) {
        const step = steps[at];
        if (step === undefined) return false;
        for (const slot of layout.inputs) writeSlot(inputs, slot, BigInt(step.inputs[slot.name] ?? '0x0'));
        at += 1;
        left = step.cycles;
      }
      left -= 1;
      return true;
    },
  };
};

/** Random inputs break assumptions, after which assertions mean nothing: then they are left to proofs. */
const withoutIdleProperties = (module: Module): Module => {
  let assumes = false;
  const plain = (each: Module): Module =>
    rewriteModule(each, {
      instance: (instance) => ({ ...instance, module: plain(instance.module) }),
      statement(statement) {
        if (statement.kind !== 'property') return [statement];
        assumes ||= statement.flavour === 'assume';
        return [];
      },
    });
  const stripped = plain(module);
  return assumes ? stripped : module;
};

const stepFrom = (value: unknown, where: string): Step => {
  const { cycles, inputs } = objectAt(value, where);
  const read = Object.entries(objectAt(inputs, `${where}.inputs`)).map(([name, given]) => {
    const text = textAt(given, `${where}.inputs.${name}`);
    if (!/^0x[\da-f]+$/i.test(text))
      throw new ReplayError(`${where}.inputs.${name} is '${text}'; it must be hexadecimal, as in 0x1f`);
    return [name, text] as const;
  });
  return { cycles: naturalAt(cycles, `${where}.cycles`, limit), inputs: Object.fromEntries(read) };
};

const describeStep = ({ cycles, inputs }: Step): string => {
  const shown = Object.entries(inputs).map(([name, value]) => `${name}=${value}`);
  return `${cycles === 1 ? '1 cycle' : `${cycles} cycles`}: ${shown.join(' ')}`;
};

/** Lockstep's description of a design; it has no model. */
export const designUnderTest = (design: Design): BlockUnderTest<Steps> => ({
  name: design.name,
  command: design.words,
  schema: design.schema,
  resolve: (values) => design.parameters(values),
  module: (parameters) => withoutIdleProperties(elaborate(design.definition(parameters))),
  model: () => {
    throw new ReplayError(`${design.name} has no model to be compared with; compare --ways rtl,verilog,gates`);
  },
  scenarios: (parameters) => stepsFor(portLayout(elaborate(design.definition(parameters)))),
  fromCapture: () => null,
  bench: (steps, _, layout) => ({ driver: driverOf(steps, layout), scoreboards: [], limit }),
  describe: (steps) => steps.map(describeStep),
  frames: () => [],
  toJson: (steps) => steps,
  fromJson: (value) => listAt(value, 'scenario', stepFrom),
});
