/** Software at the register ports: it does one step after the other. */
import type { PortLayout } from '../../../../rtl/hdl/port-layout.ts';
import { LiteManager } from '../../axi/lite-manager.ts';
import { always, RunLengths } from '../../axi/run-lengths.ts';
import { inputSlot, outputSlot } from '../../ports.ts';
import type { Port, Step, SystemScenario } from './scenario.ts';
import type { TwoMemories } from './two-memories.ts';

interface RegisterPort {
  readonly manager: LiteManager;
  readonly stalls: Readonly<Record<'b' | 'r', RunLengths>>;
  readonly r: Readonly<Record<'valid' | 'ready' | 'data', number>>;
  /** What was read last. */
  data: number;
}

export class Software {
  private readonly ports: ReadonlyMap<Port, RegisterPort>;
  private readonly memories: TwoMemories;
  private readonly steps: Step[] = [];
  private next = 0;
  private settled = 0;
  private rested = 0;
  private polling = false;

  constructor(scenario: SystemScenario, units: number, layout: PortLayout, memories: TwoMemories) {
    this.memories = memories;
    const names: Port[] = [...Array.from({ length: units }, (_, unit) => unit), 'keeper'];
    this.ports = new Map(
      names.map((name) => {
        const prefix = `${name === 'keeper' ? 'keeper' : `u${name}`}_s_axil`;
        const { b, r } = scenario.registerStalls;
        return [
          name,
          {
            manager: new LiteManager(layout, prefix),
            stalls: { b: new RunLengths(b), r: new RunLengths(r) },
            r: {
              valid: outputSlot(layout, `${prefix}_rvalid`).word,
              ready: inputSlot(layout, `${prefix}_rready`).word,
              data: outputSlot(layout, `${prefix}_rdata`).word,
            },
            data: 0,
          },
        ];
      }),
    );
  }

  push(steps: readonly Step[]): void {
    this.steps.push(...steps);
  }

  /** To be done before all that is left to do. */
  pushFirst(steps: readonly Step[]): void {
    this.steps.splice(this.next, 0, ...steps);
    this.settled = this.next + steps.length;
  }

  /** Whether what was pushed first is done and answered. */
  get isSettled(): boolean {
    return this.next >= this.settled && this.answered;
  }

  /** Whether all steps are done and answered. */
  get idle(): boolean {
    return this.next === this.steps.length && this.answered;
  }

  /** Steps done: polling is no progress. */
  get progress(): number {
    return this.next;
  }

  private get answered(): boolean {
    for (const { manager } of this.ports.values()) if (!manager.idle) return false;
    return true;
  }

  private port(name: Port): RegisterPort {
    const port = this.ports.get(name);
    if (port === undefined) throw new Error(`there is no register port of ${name}`);
    return port;
  }

  reset(inputs: Uint32Array): void {
    for (const { manager } of this.ports.values()) manager.reset(inputs);
    this.polling = false;
  }

  /** @param settling whether only what was pushed first is done; answers are taken at once then, else as the scenario says. */
  drive(inputs: Uint32Array, outputs: Uint32Array, settling: boolean): void {
    for (const port of this.ports.values())
      if (inputs[port.r.ready] !== 0 && outputs[port.r.valid] !== 0) port.data = outputs[port.r.data] ?? 0;
    while (!(settling && this.next === this.settled) && this.advance()) this.next += 1;
    for (const { manager, stalls } of this.ports.values())
      manager.drive(inputs, outputs, settling ? always : stalls.b, settling ? always : stalls.r);
  }

  /** Whether the step at hand is done; what it asks for is asked for. */
  private advance(): boolean {
    const step = this.steps[this.next];
    if (step === undefined) return false;
    switch (step.kind) {
      case 'access':
        return this.access(step);
      case 'until':
        return this.poll(step);
      case 'rest':
        this.rested += 1;
        if (this.rested <= step.cycles) return false;
        this.rested = 0;
        return true;
      case 'store':
        this.memories.store(step);
        return true;
      case 'replace':
        this.memories.replace(step.memory);
        return true;
      default:
        throw new Error(`unknown step ${step satisfies never}`);
    }
  }

  private access(step: Step & { readonly kind: 'access' }): boolean {
    const { manager } = this.port(step.port);
    if (!step.answered) {
      manager.push(step.access);
      return true;
    }
    if (!this.polling) {
      manager.push(step.access);
      this.polling = true;
      return false;
    }
    if (!manager.idle) return false;
    this.polling = false;
    return true;
  }

  private poll({ port: name, address, mask, value }: Step & { readonly kind: 'until' }): boolean {
    const port = this.port(name);
    if (this.polling && !port.manager.idle) return false;
    if (this.polling && (port.data & mask) === value) {
      this.polling = false;
      return true;
    }
    this.polling = true;
    port.manager.push({ kind: 'read', address, wait: 0 });
    return false;
  }
}
