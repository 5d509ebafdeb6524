/** A waveform: what each signal was in each cycle. */
import type { PortLayout, PortSlot } from '../../rtl/hdl/port-layout.ts';

export interface WaveSignal {
  /** Scopes from the outermost in, then the signal's own name. */
  readonly path: readonly string[];
  /** Bits. */
  readonly width: number;
  /** One value a cycle. */
  readonly values: readonly bigint[];
}

export interface Wave {
  /** Number of the first cycle shown. */
  readonly firstCycle: number;
  readonly signals: readonly WaveSignal[];
}

/** A port's value in a record of 32-bit words. */
export const slotValue = (record: Uint32Array, base: number, { word, words }: PortSlot): bigint => {
  let value = 0n;
  for (let index = words - 1; index >= 0; index -= 1) value = (value << 32n) | BigInt(record[base + word + index] ?? 0);
  return value;
};

/** The ports of one way of running a block, as recorded: one input and one output record a cycle, without gaps. */
export interface Recording {
  readonly scope: string;
  readonly layout: PortLayout;
  readonly inputs: Uint32Array;
  readonly outputs: Uint32Array;
}

/**
 * The wave of recorded ports, each recording below a scope of its own.
 * @param cycles the cycles shown, from `first` on, which count from the start of the recordings.
 */
export const waveOfRecordings = (recordings: readonly Recording[], cycles: number, first = 0): Wave => ({
  firstCycle: first,
  signals: recordings.flatMap(({ scope, layout, inputs, outputs }) => {
    const side = (slots: readonly PortSlot[], records: Uint32Array, stride: number): WaveSignal[] =>
      slots.map((slot) => ({
        path: [scope, slot.name],
        width: slot.width,
        values: Array.from({ length: cycles }, (_, cycle) => slotValue(records, (first + cycle) * stride, slot)),
      }));
    return [...side(layout.inputs, inputs, layout.inputWords), ...side(layout.outputs, outputs, layout.outputWords)];
  }),
});

/** What a wave needs of a simulation: any signal by its path, the names joined by dots. */
export interface Peekable {
  readonly paths: readonly string[];
  peek(path: string): bigint;
  /** What `peek` tells of each path. */
  peekAll(paths: readonly string[]): bigint[];
  step(): void;
}

/**
 * Runs a simulation and records chosen signals, as they are before each clock edge.
 * @param signals paths with their widths in bits.
 * @param drive sets the inputs of a cycle.
 */
export const recordWave = (
  simulation: Peekable & { settle(): void },
  signals: Readonly<Record<string, number>>,
  cycles: number,
  drive: (cycle: number) => void = () => {},
): Wave => {
  const recorded = Object.entries(signals).map(([path, width]) => ({ path, width, values: [] as bigint[] }));
  const paths = Object.keys(signals);
  for (let cycle = 0; cycle < cycles; cycle += 1) {
    drive(cycle);
    simulation.settle();
    for (const [index, value] of simulation.peekAll(paths).entries()) recorded[index]?.values.push(value);
    simulation.step();
  }
  return {
    firstCycle: 0,
    signals: recorded.map(({ path, width, values }) => ({ path: path.split('.'), width, values })),
  };
};
