/** Inputs as a command line gives them: `--drive enable=1 --drive sample=10,20,0x1f`. */
import type { PortLayout, PortSlot } from '../../rtl/hdl/port-layout.ts';
import { nearestName } from '../../rtl/parts/parameters.ts';
import { DesignError } from './design-error.ts';
import type { Steps } from './under-test.ts';

const reset = 'aresetn';

const rangeOf = ({ width, signed = false }: PortSlot): readonly [bigint, bigint] =>
  signed ? [-(1n << BigInt(width - 1)), (1n << BigInt(width - 1)) - 1n] : [0n, (1n << BigInt(width)) - 1n];

const valueFrom = (slot: PortSlot, text: string): string => {
  if (text === '')
    throw new DesignError(`Option --drive ${slot.name}= has an empty value; leave out one comma, or write 0.`);
  const [least, most] = rangeOf(slot);
  const value = /^(-?\d+|0x[\da-f]+|0b[01]+)$/i.test(text.replaceAll('_', ''))
    ? BigInt(text.replaceAll('_', ''))
    : null;
  if (value === null || value < least || value > most)
    throw new DesignError(`Option --drive ${slot.name}= takes whole numbers from ${least} to ${most}, not '${text}'.`);
  return `0x${BigInt.asUintN(slot.width, value).toString(16)}`;
};

const slotOf = ({ inputs }: PortLayout, name: string): PortSlot => {
  const slot = inputs.find((each) => each.name === name);
  if (slot !== undefined) return slot;
  const names = inputs.map((each) => each.name);
  const near = nearestName(name, names);
  const hint = near === undefined ? '' : ` Did you mean '${near}'?`;
  throw new DesignError(`Option --drive names '${name}', which is no input.${hint} Inputs: ${names.join(', ')}.`);
};

/**
 * One value a cycle for each input, the last of which stays, after a cycle in reset; inputs that are not named are zero.
 * @param texts by input, values with commas between
 * @throws DesignError
 */
export const drivenSteps = (layout: PortLayout, texts: Readonly<Record<string, string>>, cycles: number): Steps => {
  const values = Object.entries(texts).map(([name, list]) => {
    const slot = slotOf(layout, name);
    return [name, list.split(',').map((text) => valueFrom(slot, text))] as const;
  });
  const resets = layout.inputs.some(({ name }) => name === reset) && !Object.hasOwn(texts, reset);
  const at = (cycle: number): Readonly<Record<string, string>> => ({
    ...(resets ? { [reset]: '0x1' } : {}),
    ...Object.fromEntries(values.map(([name, list]) => [name, list[cycle] ?? list.at(-1) ?? '0x0'])),
  });
  const driven = Array.from({ length: cycles }, (_, cycle) => ({ cycles: 1, inputs: at(cycle) }));
  return resets ? [{ cycles: 1, inputs: {} }, ...driven] : driven;
};
