/** A guest's program that does what a test says, one thing after the other. */
import { Calls, Events, GrantTable, type Guest, type GuestProgram, HypercallError } from '../guest/index.ts';

export interface Kit {
  readonly guest: Guest;
  readonly calls: Calls;
  readonly events: Events;
  readonly grants: GrantTable;
}

export class Agent {
  readonly #jobs: ((kit: Kit) => Promise<void>)[] = [];
  #wake: () => void = () => {};

  readonly program: GuestProgram = async (guest) => {
    const calls = new Calls(guest);
    const kit = { guest, calls, events: new Events(guest, calls), grants: new GrantTable(guest, calls) };
    for (;;) {
      const job = this.#jobs.shift();
      if (job !== undefined) await job(kit);
      else
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
    }
  };

  /** Does something on the guest, when all that was asked for before is done. Rejects as it does. */
  do<Result>(job: (kit: Kit) => Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#jobs.push((kit) => job(kit).then(resolve, reject));
      this.#wake();
    });
  }
}

/** The code with which a call is refused, or what it gives. */
export const outcomeOf = async <Result>(call: Promise<Result>): Promise<Result | string> => {
  try {
    return await call;
  } catch (error) {
    if (error instanceof HypercallError) return error.code;
    throw error;
  }
};
