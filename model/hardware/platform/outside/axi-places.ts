/** Where the signals of an AXI4 interface lie in the machine's records. Signals by Arm IHI 0022. */
import { type PortLayout, wordOf } from '../../primitives/ports.ts';

const requestSignals = [
  'awid',
  'awaddr',
  'awlen',
  'awsize',
  'awburst',
  'awlock',
  'awcache',
  'awprot',
  'awqos',
  'awregion',
  'awvalid',
  'wdata',
  'wstrb',
  'wlast',
  'wvalid',
  'bready',
  'arid',
  'araddr',
  'arlen',
  'arsize',
  'arburst',
  'arlock',
  'arcache',
  'arprot',
  'arqos',
  'arregion',
  'arvalid',
  'rready',
] as const; // prettier-ignore
const answerSignals = [
  'awready',
  'wready',
  'bid',
  'bresp',
  'bvalid',
  'arready',
  'rid',
  'rdata',
  'rresp',
  'rlast',
  'rvalid',
] as const; // prettier-ignore

export type RequestPlaces = Readonly<Record<(typeof requestSignals)[number], number>>;
export type AnswerPlaces = Readonly<Record<(typeof answerSignals)[number], number>>;

const places = <Name extends string>(
  slots: PortLayout['inputs'],
  prefix: string,
  names: readonly Name[],
): Readonly<Record<Name, number>> =>
  Object.fromEntries(names.map((name) => [name, wordOf(slots, `${prefix}_${name}`)])) as Record<Name, number>;

/** An interface at which the machine asks: its requests are outputs. */
export const managerPlaces = (layout: PortLayout, prefix: string) => ({
  out: places(layout.outputs, prefix, requestSignals),
  in: places(layout.inputs, prefix, answerSignals),
});

/** An interface at which the machine is asked: requests are its inputs. */
export const subordinatePlaces = (layout: PortLayout, prefix: string) => ({
  in: places(layout.inputs, prefix, requestSignals),
  out: places(layout.outputs, prefix, answerSignals),
});

export type ManagerPlaces = ReturnType<typeof managerPlaces>;
export type SubordinatePlaces = ReturnType<typeof subordinatePlaces>;

/** Burst types (Arm IHI 0022, A3.4.1). */
const wrapping = 2;
const fixed = 0;

/** The address of the beat after one. */
export const nextAddress = (address: number, size: number, burst: number, len: number): number => {
  if (burst === fixed) return address;
  const bytes = 2 ** size;
  const next = address - (address % bytes) + bytes;
  if (burst !== wrapping) return next;
  const container = bytes * (len + 1);
  const base = address - (address % container);
  return next === base + container ? base : next;
};
