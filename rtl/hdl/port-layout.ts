import type { Module } from './ir.ts';

/** Where a port stands in a record of 32-bit words. */
export interface PortSlot {
  readonly name: string;
  readonly width: number;
  /** Left out where it is not. */
  readonly signed?: boolean;
  /** Offset of the least significant word. */
  readonly word: number;
  readonly words: number;
}

export interface PortLayout {
  readonly inputs: readonly PortSlot[];
  readonly outputs: readonly PortSlot[];
  readonly inputWords: number;
  readonly outputWords: number;
}

const place = (
  ports: readonly { readonly name: string; readonly width: number; readonly signed: boolean }[],
): { slots: PortSlot[]; total: number } => {
  const slots: PortSlot[] = [];
  let total = 0;
  for (const { name, width, signed } of ports) {
    const words = Math.ceil(width / 32);
    slots.push({ name, width, ...(signed && { signed }), word: total, words });
    total += words;
  }
  return { slots, total };
};

/**
 * The ports of a module as records of words, in declared order, least significant word first and unused upper bits zero.
 * `aresetn` is the first input of a clocked module; the clock is not listed.
 */
export const portLayout = (module: Module): PortLayout => {
  const reset = module.clocked ? [{ name: 'aresetn', width: 1, signed: false }] : [];
  const inputs = place([...reset, ...module.signals.filter((signal) => signal.port === 'input')]);
  const outputs = place(module.signals.filter((signal) => signal.port === 'output'));
  return { inputs: inputs.slots, outputs: outputs.slots, inputWords: inputs.total, outputWords: outputs.total };
};
