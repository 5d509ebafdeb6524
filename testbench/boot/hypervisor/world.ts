/** What stands in a scenario with a hypervisor while it runs: domains by their names, services, and what they have to tell each other. */
import type { GuestProgram } from '../../../model/hypervisor/guest/index.ts';
import type { Hypervisor } from '../../../model/hypervisor/index.ts';
import type { StoreService } from '../../../model/hypervisor/store/service.ts';
import type { DomainPart } from './scenario.ts';
import type { Shares } from './shares.ts';
import type { Snapshots } from './snapshots.ts';

/** A value that one program gives and others wait for. */
export class Meeting<Value> {
  readonly value: Promise<Value>;
  give: (value: Value) => void = () => {};

  constructor() {
    this.value = new Promise((resolve) => {
      this.give = resolve;
    });
  }
}

/** A meeting for each name. */
export class Meetings<Value> {
  readonly #all = new Map<string, Meeting<Value>>();

  at(name: string): Meeting<Value> {
    const meeting = this.#all.get(name) ?? new Meeting<Value>();
    this.#all.set(name, meeting);
    return meeting;
  }
}

/** A frame that a guest has taken out of its ring. */
export interface TakenFrame {
  readonly domain: string;
  readonly data: Uint8Array;
}

export interface World {
  readonly hypervisor: Hypervisor;
  readonly parts: ReadonlyMap<string, DomainPart>;
  /** Numbers of domains that were started. */
  readonly domains: Map<string, number>;
  /** Ends of programs: trusted ones, and the steps of domains. */
  readonly ended: ReadonlyMap<string, Promise<void>>;
  readonly grants: Meetings<{ readonly granter: number; readonly reference: number }>;
  /** The packet client that a domain opened last. */
  readonly clients: Meetings<number>;
  readonly taken: TakenFrame[];
  readonly store: StoreService | undefined;
  readonly shares: Shares | undefined;
  readonly snapshots: Snapshots;
  /** What a domain runs. */
  programsOf(part: DomainPart): readonly GuestProgram[];
}
