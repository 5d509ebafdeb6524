import type { PortLayout } from '../../rtl/hdl/port-layout.ts';

export const wayNames = ['model', 'rtl', 'verilog', 'gates'] as const;

/** The four ways to run a block: see the architecture. */
export type WayName = (typeof wayNames)[number];

/** One way to run a block. Records of inputs and outputs are 32-bit words in the order of `layout`. */
export interface Way {
  readonly name: WayName;
  readonly layout: PortLayout;
  /** The state after power-on. */
  reset(): void;
  /** Writes the outputs during this cycle, then advances by one clock edge. */
  step(inputs: Uint32Array, outputs: Uint32Array): void;
  /** Does `step` for each input record of `stimulus`, and writes an output record for each. */
  run?(stimulus: Uint32Array, cycles: number, responses: Uint32Array): void;
}

/** Runs recorded inputs on a way, by `run` where it has one. */
export const replay = (way: Way, stimulus: Uint32Array, cycles: number, responses: Uint32Array): void => {
  if (way.run !== undefined) {
    way.run(stimulus, cycles, responses);
    return;
  }
  const { inputWords, outputWords } = way.layout;
  for (let cycle = 0; cycle < cycles; cycle += 1) {
    way.step(
      stimulus.subarray(cycle * inputWords, (cycle + 1) * inputWords),
      responses.subarray(cycle * outputWords, (cycle + 1) * outputWords),
    );
  }
};
