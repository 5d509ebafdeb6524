/** Explicit-state model checking of a design as the simulator compiles it: breadth first, over all states and all choices. */
import type { Module } from '../../rtl/hdl/ir.ts';
import { compile, PropertyViolation, type Simulator } from '../simulator/index.ts';
import { clearDeadState, type DeadState } from './dead-state.ts';
import { Fingerprinter, FingerprintSet } from './fingerprints.ts';
import { StateQueue } from './state-queue.ts';

/**
 * A closed design: all that is free is the input `choices`. Its output `matters` has a 1 for each bit of it that can make a difference in the
 * present state, and its output `waits` is 1 while something is owed to somebody, so that a state without a way on is a deadlock.
 */
export interface SmallMachine {
  readonly name: string;
  readonly module: Module;
  readonly dead: readonly DeadState[];
  /** What software has done before: from the state after a reset to where exploring begins. */
  prepare(simulator: Simulator): void;
}

export interface ExploreOptions {
  /** States after which it ends; all when left out. */
  readonly limit?: number;
  readonly onProgress?: (states: number, depth: number) => void;
}

export interface Fault {
  /** The property that fails, or that nothing goes on. */
  readonly what: string;
  /** The choices of each cycle, from where exploring begins; the last is the one that breaks it. */
  readonly choices: readonly number[];
}

export interface Exploration {
  readonly states: number;
  readonly transitions: number;
  /** Cycles to the state that is farthest away. */
  readonly depth: number;
  readonly seconds: number;
  /** Whether there is no state more. */
  readonly complete: boolean;
  readonly fault: Fault | null;
  /** Covers that came, by path. */
  readonly reached: ReadonlySet<string>;
}

/** For each state in the order of their finding: from which it was found, and by what choice. */
class Origins {
  #parents = new Uint32Array(2 ** 12);
  #choices = new Uint32Array(2 ** 12);
  #size = 0;

  add(parent: number, choice: number): void {
    if (this.#size === this.#parents.length) {
      const [parents, choices] = [this.#parents, this.#choices];
      this.#parents = new Uint32Array(2 * parents.length);
      this.#choices = new Uint32Array(2 * choices.length);
      this.#parents.set(parents);
      this.#choices.set(choices);
    }
    this.#parents[this.#size] = parent;
    this.#choices[this.#size] = choice;
    this.#size += 1;
  }

  /** Choices from the first state, number 0, to this one. */
  wayTo(state: number): number[] {
    const choices: number[] = [];
    for (let at = state; at !== 0; at = this.#parents[at] as number) choices.push(this.#choices[at] as number);
    return choices.reverse();
  }
}

const wordOf = (ports: Simulator['layout']['inputs'], name: string): number => {
  const slot = ports.find((port) => port.name === name);
  if (slot === undefined) throw new Error(`the design has no port '${name}'`);
  return slot.word;
};

/** A simulator of the machine where exploring begins. */
export const startMachine = (machine: SmallMachine): Simulator => {
  // Tables cost more to make than the steps of a small machine.
  const simulator = compile(machine.module, { tables: 'nowhere' });
  machine.prepare(simulator);
  return simulator;
};

export const explore = (machine: SmallMachine, options: ExploreOptions = {}): Exploration => {
  const began = performance.now();
  const simulator = startMachine(machine);
  const { state, inputs, outputs, layout } = simulator;
  const [choosing, matters, waits] = [
    wordOf(layout.inputs, 'choices'),
    wordOf(layout.outputs, 'matters'),
    wordOf(layout.outputs, 'waits'),
  ];
  const clear = clearDeadState(simulator, machine.dead);
  clear();
  const base = state.slice();
  const [fingerprint, known, queue, origins] = [
    new Fingerprinter(base),
    new FingerprintSet(),
    new StateQueue(base),
    new Origins(),
  ];
  const covers = simulator.propertyCounts().filter(({ flavour }) => flavour === 'cover');
  const remember = (parent: number, choice: number): boolean => {
    fingerprint.take(state);
    if (!known.add(fingerprint.low, fingerprint.high)) return false;
    queue.push(state);
    origins.add(parent, choice);
    return true;
  };
  remember(0, 0);
  const current = base.slice();
  let [transitions, depth, taken, levelEnds] = [0, 0, 0, 1];
  let fault: Fault | null = null;
  while (queue.size > 0 && fault === null && known.size < (options.limit ?? Number.POSITIVE_INFINITY)) {
    if (taken === levelEnds) {
      depth += 1;
      levelEnds = known.size;
      options.onProgress?.(known.size, depth);
    }
    queue.shift(current);
    state.set(current);
    simulator.settle();
    const mask = outputs[matters] as number;
    const owed = outputs[waits] === 1;
    let goesOn = false;
    let choice = 0;
    do {
      state.set(current);
      inputs[choosing] = choice;
      try {
        simulator.step();
      } catch (error) {
        if (!(error instanceof PropertyViolation)) throw error;
        fault = { what: error.path, choices: [...origins.wayTo(taken), choice] };
        break;
      }
      transitions += 1;
      clear();
      if (owed && !goesOn) goesOn = state.some((word, index) => word !== current[index]);
      remember(taken, choice);
      choice = (choice - mask) & mask;
    } while (choice !== 0);
    if (fault === null && owed && !goesOn) fault = { what: 'nothing goes on', choices: origins.wayTo(taken) };
    taken += 1;
  }
  const reached = new Set(
    simulator
      .propertyCounts()
      .filter(({ flavour, count }) => flavour === 'cover' && count > 0)
      .map(({ path }) => path),
  );
  if (covers.length === 0) throw new Error('a machine without covers may do nothing at all');
  return {
    states: known.size,
    transitions,
    depth,
    seconds: (performance.now() - began) / 1000,
    complete: fault === null && queue.size === 0,
    fault,
    reached,
  };
};
