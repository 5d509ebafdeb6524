/** Which memory is on line, and how it comes back. Source: `docs/systems/memory-management-unit.md`, "Keeper: cookies, turns, status". */
import { failureCauses } from '../../../rtl/memory-management-unit/interface.ts';
import { both, type Memory, memories, setOf } from './geometry.ts';
import { type KeeperRegisters, keeperInterrupts } from './keeper-registers.ts';
import type { KeeperWires } from './keeper-wires.ts';

export const resetPhases = { idle: 0, requesting: 1, clearing: 2, releasing: 3 } as const;
const mostErrors = 65_535;

interface Failure {
  readonly memory: Memory;
  readonly cause: number;
  readonly unit: number;
}

/** Commands of this cycle, as sets of memories. */
interface Commands {
  readonly takeOut: number;
  readonly reset: number;
  readonly restore: number;
  readonly onLine: number;
  readonly clearLog: boolean;
}

export class MemoryStatus {
  /** Sets of memories. */
  failed = 0;
  restoring = 0;
  readonly phase: [number, number] = [0, 0];
  #wasReset = 0;
  readonly #errors: [number, number] = [0, 0];
  #log = { logged: false, memory: 0, cause: 0, unit: 0, cycle: 0 };
  readonly #registers: KeeperRegisters;
  /** Decisions of this cycle. */
  #counted = 0;
  #failures: Failure[] = [];

  constructor(registers: KeeperRegisters) {
    this.#registers = registers;
  }

  reset(): void {
    this.failed = 0;
    this.restoring = 0;
    this.phase.fill(0);
    this.#wasReset = 0;
    this.#errors.fill(0);
    this.#log = { logged: false, memory: 0, cause: 0, unit: 0, cycle: 0 };
  }

  #inPhase(...phases: number[]): number {
    return memories.reduce<number>((set, memory) => set | (phases.includes(this.phase[memory]) ? setOf(memory) : 0), 0);
  }

  get resetRequest(): number {
    return this.#inPhase(resetPhases.requesting, resetPhases.clearing);
  }

  get portClear(): number {
    return this.#inPhase(resetPhases.clearing);
  }

  get readable(): number {
    return both & ~this.failed & ~this.restoring;
  }

  /** The memories that fail in this cycle. */
  get failing(): number {
    return this.#failures.reduce((set, { memory }) => set | setOf(memory), 0);
  }

  #commands(): Commands {
    const word = this.#registers.get('memory_command');
    const set = (low: number): number => (word >>> low) & 3;
    return { takeOut: set(0), reset: set(2), restore: set(4), onLine: set(6), clearLog: ((word >>> 8) & 1) !== 0 };
  }

  /** @param engine the memories that the engine makes fail, and those that refused it a line */
  decide(wires: KeeperWires, engine: { readonly failing: number; readonly lineRefused: number }): void {
    this.#counted = 0;
    this.#failures = [];
    for (const memory of memories) {
      if ((this.failed & setOf(memory)) !== 0) continue;
      const failure = this.#judge(wires, engine, memory);
      if (failure !== undefined) this.#failures.push(failure);
    }
  }

  #judge(
    wires: KeeperWires,
    { failing, lineRefused }: { readonly failing: number; readonly lineRefused: number },
    memory: Memory,
  ): Failure | undefined {
    const errorUnit = wires.first('event_error', memory);
    const counts = errorUnit >= 0 || (lineRefused & setOf(memory)) !== 0;
    if (counts) this.#counted |= setOf(memory);
    const limit = this.#registers.get('error_limit');
    const spared = (this.readable & ~this.failing & ~setOf(memory)) !== 0;
    const overLimit = counts && limit !== 0 && this.#errors[memory] + 1 >= limit && spared;
    const failureUnit = wires.first('event_failure', memory);
    const timeoutUnit = wires.first('event_timeout', memory);
    if (failureUnit >= 0) return { memory, cause: failureCauses.failure, unit: failureUnit };
    if (timeoutUnit >= 0) return { memory, cause: failureCauses.timeout, unit: timeoutUnit };
    if (overLimit) return { memory, cause: failureCauses.limit, unit: Math.max(0, errorUnit) };
    if ((this.#commands().takeOut & setOf(memory)) !== 0) return { memory, cause: failureCauses.taken_out, unit: 0 };
    return (failing & setOf(memory)) === 0 ? undefined : { memory, cause: failureCauses.engine, unit: 0 };
  }

  /** The edge. */
  edge(acknowledged: number, cycle: number, copies: boolean): void {
    const before = this.failed | (this.restoring << 2);
    const commands = this.#commands();
    const { failing } = this;
    this.#count();
    const back = commands.restore & this.failed & this.#wasReset & this.#inPhase(resetPhases.idle) & ~commands.reset;
    const onLine = copies ? 0 : commands.onLine & this.restoring & ~failing;
    for (const memory of memories) this.#phase(memory, acknowledged, commands.reset);
    this.restoring = (this.restoring & ~failing & ~onLine) | back;
    this.failed = (this.failed & ~back) | failing;
    this.#wasReset &= ~failing;
    for (const memory of memories) if ((back & setOf(memory)) !== 0) this.#errors[memory] = 0;
    if (before !== (this.failed | (this.restoring << 2))) this.#registers.interrupt(keeperInterrupts.change);
    this.#note(cycle, commands.clearLog);
  }

  #count(): void {
    for (const memory of memories) {
      if ((this.#counted & setOf(memory)) === 0) continue;
      this.#errors[memory] = Math.min(mostErrors, this.#errors[memory] + 1);
      this.#registers.interrupt(keeperInterrupts.error);
    }
  }

  #phase(memory: Memory, acknowledged: number, commanded: number): void {
    const set = setOf(memory);
    switch (this.phase[memory]) {
      case resetPhases.idle:
        if ((commanded & this.failed & set) !== 0) this.phase[memory] = resetPhases.requesting;
        break;
      case resetPhases.requesting:
        if ((acknowledged & set) !== 0) this.phase[memory] = resetPhases.clearing;
        break;
      case resetPhases.clearing:
        this.phase[memory] = resetPhases.releasing;
        break;
      default:
        if ((acknowledged & set) !== 0) break;
        this.phase[memory] = resetPhases.idle;
        this.#wasReset |= set;
    }
  }

  #note(cycle: number, clears: boolean): void {
    const [first] = this.#failures;
    if (first !== undefined && !this.#log.logged) {
      const { memory, cause, unit } = first;
      this.#log = { logged: true, memory, cause, unit, cycle };
    } else if (clears) this.#log.logged = false;
  }

  /** Puts what software reads into the registers. */
  show(further: number): void {
    const [first, second] = this.phase;
    const degraded = memories.reduce<number>(
      (set, memory) => set | (this.#errors[memory] === 0 ? 0 : setOf(memory)),
      0,
    );
    const sets = this.failed | (this.restoring << 2) | (this.#wasReset << 4) | ((degraded & ~this.failed) << 6);
    this.#registers.show('memory_status', sets | (first << 8) | (second << 10) | further);
    for (const memory of memories) this.#registers.show('errors', this.#errors[memory], memory);
    const { logged, memory, cause, unit, cycle } = this.#log;
    this.#registers.show('log', Number(logged) | (memory << 1) | (cause << 4) | (unit << 8));
    this.#registers.show('log_cycle', cycle);
  }
}
