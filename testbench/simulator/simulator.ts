/** A compiled design with its state: set inputs, settle, step, run recorded stimulus, peek, poke, snapshot. */

import { checkElaborated, type Elaborated, type InputName, type OutputName, type Ports } from '../../rtl/hdl/index.ts';
import type { PortLayout } from '../../rtl/hdl/port-layout.ts';
import { type InputAccessors, inputAccessors, type OutputAccessors, outputAccessors } from './accessors.ts';
import type { ByActivity, Programs } from './compile-programs.ts';
import { compilePrograms } from './compile-programs.ts';
import type { Design } from './design.ts';
import { buildDesign } from './elaborate-design.ts';
import { generateJavaScript } from './javascript/backend.ts';
import type { MemoryMap } from './memory-map.ts';
import { Control, mapMemory } from './memory-map.ts';
import { checkCycles, checkValue } from './misuse.ts';
import { PropertyViolation } from './property-violation.ts';
import { initialiseState, StateView } from './state-view.ts';
import { tabulated } from './tabulate.ts';
import { generateModule } from './webassembly/backend.ts';
import { instantiate } from './webassembly/runtime.ts';

export interface CompileOptions {
  /** The state that `reset()` gives: reset values (zero where there is none), or random from a seed so that a missing reset shows. */
  readonly initial?: 'reset' | { readonly randomSeed: number };
  /** WebAssembly is the fast one; JavaScript is an independent second opinion. */
  readonly backend?: 'wasm' | 'javascript';
  /** `all` keeps wires for `peek` and traces, at a cost in speed. */
  readonly trace?: 'none' | 'all';
  /** Where logic over few bits becomes tables: where that is less work, unless said. */
  readonly tables?: 'where less' | 'everywhere' | 'nowhere';
  /** Where cycles do again only what reads something that has changed; in WebAssembly alone. Where that pays, unless said. */
  readonly activity?: ByActivity;
  /** Whether assertions are checked, and assumptions and covers counted, at each edge. Default: yes. */
  readonly checkProperties?: boolean;
}

export interface PropertyCount {
  readonly path: string;
  readonly flavour: 'assert' | 'assume' | 'cover';
  /** Failures of an assertion or assumption, hits of a cover, since the last `reset()`. */
  readonly count: number;
}

/** @typeParam P the ports, whose names its inputs and outputs have; any names where they are not known. */
export interface Simulator<P extends Ports = Ports> {
  readonly layout: PortLayout;
  /** The input record that `settle` and `step` read, live in the simulator's memory. */
  readonly inputs: Uint32Array;
  /** The output record that `settle` and `step` write. */
  readonly outputs: Uint32Array;
  readonly in: InputAccessors<InputName<P>>;
  readonly out: OutputAccessors<OutputName<P>>;
  /** Clock edges since the last `reset()`. */
  readonly cycle: number;
  /** Outputs from the present state and inputs. */
  settle(): void;
  /** One clock edge with the present inputs, then `settle`; repeated `cycles` times. */
  step(cycles?: number): void;
  /**
   * For each of `cycles` input records of `layout.inputWords` words: outputs with these inputs into the checksum, and into
   * `responses` where given, then the clock edge. The stimulus is repeated where it is shorter. Gives the checksum, which
   * continues from `checksum`.
   */
  run(stimulus: Uint32Array, cycles: number, responses?: Uint32Array, checksum?: number): number;
  /** A register, or a memory word as `path[address]`; with `trace: 'all'` any signal. */
  peek(path: string): bigint;
  /** What `peek` tells of each path, settled once for all of them. */
  peekAll(paths: readonly string[]): bigint[];
  poke(path: string, value: bigint): void;
  /** Paths that `peek` accepts; memories without index. */
  readonly paths: readonly string[];
  /**
   * Registers and memories as they are laid out, live in the simulator's memory: for who keeps and compares very many states. Once somebody has it, the
   * first cycle of each call does everything, since what was written into it is not known.
   */
  readonly state: Uint32Array;
  /** Where a register's value lies in `state`, in bytes, lowest first. */
  placeInState(path: string): { readonly offset: number; readonly bytes: number };
  snapshot(): Uint8Array;
  restore(snapshot: Uint8Array): void;
  /** The initial state again; inputs become zero and cycles and property counts start anew. */
  reset(): void;
  propertyCounts(): readonly PropertyCount[];
}

/** What a code generator gives: the two entry points over one buffer. */
export interface Engine {
  readonly buffer: ArrayBuffer;
  settle(): void;
  run(
    cycles: number,
    input: number,
    inputStride: number,
    output: number,
    outputStride: number,
    checksum: number,
  ): number;
}

/** Compiles a design for simulation. Throws where the module holds a black box or a combinational loop, and where it is too large. */
export const compileModule = <P extends Ports = Ports>(
  top: Elaborated<P>,
  options: CompileOptions = {},
): Simulator<P> => {
  checkElaborated(top, 'compile');
  const backend = options.backend ?? 'wasm';
  const built = buildDesign(top, {
    wordWidth: backend === 'wasm' ? 64 : 32,
    traceAll: options.trace === 'all',
    properties: options.checkProperties ?? true,
  });
  const design = options.tables === 'nowhere' ? built : tabulated(built, options.tables === 'everywhere');
  const programs = compilePrograms(design, backend === 'wasm' ? (options.activity ?? 'where it pays') : 'nowhere');
  const map = mapMemory(design, programs.active?.plan ?? null);
  const engine =
    backend === 'wasm' ? instantiate(generateModule(design, programs, map)) : generateJavaScript(design, programs, map);
  const simulator = new CompiledSimulator(design, map, engine, programs, options.initial ?? 'reset');
  simulator.reset();
  // The accessors have the ports of this very module; only their names are unknown to the class.
  return simulator as unknown as Simulator<P>;
};

class CompiledSimulator implements Simulator {
  readonly layout: PortLayout;
  readonly inputs: Uint32Array;
  readonly outputs: Uint32Array;
  readonly in: InputAccessors;
  readonly out: OutputAccessors;
  cycle = 0;
  readonly #design: Design;
  readonly #map: MemoryMap;
  readonly #engine: Engine;
  readonly #initial: 'reset' | { readonly randomSeed: number };
  readonly #programs: Programs;
  readonly #control: Uint32Array;
  readonly #stimulus: Uint32Array;
  readonly #responses: Uint32Array;
  readonly #state: StateView;
  readonly #shownState: Uint32Array;
  /** Whether somebody has the state, and may have changed it since the last cycle. */
  #isStateShown = false;

  constructor(
    design: Design,
    map: MemoryMap,
    engine: Engine,
    programs: Programs,
    initial: 'reset' | { readonly randomSeed: number },
  ) {
    const { ports } = design;
    this.#design = design;
    this.#map = map;
    this.#engine = engine;
    this.#initial = initial;
    this.#programs = programs;
    this.layout = ports;
    this.inputs = new Uint32Array(engine.buffer, map.inputs, ports.inputWords);
    this.outputs = new Uint32Array(engine.buffer, map.outputs, ports.outputWords);
    this.#shownState = new Uint32Array(engine.buffer, map.state, (map.stateEnd - map.state) / 4);
    this.#control = new Uint32Array(engine.buffer, 0, Control.counters + design.properties.length);
    this.#stimulus = new Uint32Array(engine.buffer, map.stimulus, map.batch * ports.inputWords);
    this.#responses = new Uint32Array(engine.buffer, map.responses, map.batch * ports.outputWords);
    this.#state = new StateView(design, map, engine.buffer, () => this.settle());
    this.in = inputAccessors(ports.inputs, this.inputs);
    this.out = outputAccessors(ports.outputs, this.outputs);
  }

  get state(): Uint32Array {
    this.#isStateShown = true;
    return this.#shownState;
  }

  /** Everything is computed in the next cycle: something else than a cycle changed the state. */
  #wake(): void {
    const { activity } = this.#map;
    if (activity !== null) new Uint8Array(this.#engine.buffer, activity.awake, activity.words * 8).fill(255);
  }

  get paths(): readonly string[] {
    return this.#state.paths;
  }

  settle(): void {
    this.#engine.settle();
  }

  step(cycles = 1): void {
    checkCycles('step', cycles);
    this.#batch(cycles, this.#map.inputs, 0, this.#map.outputs, 0, 0);
    this.#engine.settle();
  }

  #batch(
    cycles: number,
    input: number,
    inputStride: number,
    output: number,
    outputStride: number,
    checksum: number,
  ): number {
    if (this.#isStateShown) this.#wake();
    const result = this.#engine.run(cycles, input, inputStride, output, outputStride, checksum);
    this.cycle += this.#control[Control.completed] ?? 0;
    const violation = this.#control[Control.violation] ?? 0;
    if (violation !== 0) {
      this.#control[Control.violation] = 0;
      const property = this.#design.properties[violation - 1];
      if (property !== undefined) throw new PropertyViolation(property, this.cycle - 1);
    }
    return result;
  }

  run(stimulus: Uint32Array, cycles: number, responses?: Uint32Array, checksum = 0): number {
    checkCycles('run', cycles);
    const { inputWords, outputWords } = this.layout;
    const records = inputWords === 0 ? Number.POSITIVE_INFINITY : Math.floor(stimulus.length / inputWords);
    if (cycles > 0 && records === 0) {
      throw new RangeError(`run: the stimulus holds ${stimulus.length} words, less than one record of ${inputWords}`);
    }
    if (responses !== undefined && responses.length < cycles * outputWords) {
      throw new RangeError(
        `run: ${cycles} cycles give ${cycles * outputWords} words of responses, but there is room for ${responses.length}`,
      );
    }
    const { batch } = this.#map;
    let result = checksum;
    for (let done = 0; done < cycles; ) {
      const at = inputWords === 0 ? 0 : done % records;
      const count = Math.min(batch, cycles - done, records - at);
      this.#stimulus.set(stimulus.subarray(at * inputWords, (at + count) * inputWords));
      const stride = responses === undefined ? 0 : outputWords * 4;
      try {
        result = this.#batch(count, this.#map.stimulus, inputWords * 4, this.#map.responses, stride, result);
      } finally {
        responses?.set(this.#responses.subarray(0, count * outputWords), done * outputWords);
      }
      done += count;
    }
    return result;
  }

  peek(path: string): bigint {
    return this.#state.peek(path);
  }

  peekAll(paths: readonly string[]): bigint[] {
    return this.#state.peekAll(paths);
  }

  poke(path: string, value: bigint): void {
    checkValue('poke', path, value);
    this.#state.poke(path, value);
    this.#wake();
  }

  placeInState(path: string): { readonly offset: number; readonly bytes: number } {
    const { at, bytes } = this.#state.registerPlace(path);
    return { offset: at - this.#map.state, bytes };
  }

  snapshot(): Uint8Array {
    return new Uint8Array(this.#engine.buffer, this.#map.inputs, this.#map.stateEnd - this.#map.inputs).slice();
  }

  restore(snapshot: Uint8Array): void {
    const size = this.#map.stateEnd - this.#map.inputs;
    if (snapshot.length !== size)
      throw new RangeError(
        `restore: the snapshot has ${snapshot.length} bytes, this design's have ${size}; take it from the same design`,
      );
    new Uint8Array(this.#engine.buffer, this.#map.inputs, size).set(snapshot);
    this.#wake();
  }

  reset(): void {
    initialiseState(this.#design, this.#map, this.#engine.buffer, this.#initial, this.#programs.resetState);
    this.#control.fill(0);
    this.#wake();
    this.inputs.fill(0);
    this.cycle = 0;
    this.settle();
  }

  propertyCounts(): readonly PropertyCount[] {
    return this.#design.properties.map(({ path, flavour, index }) => ({
      path,
      flavour,
      count: this.#control[Control.counters + index] ?? 0,
    }));
  }
}
