/** What is known of each transaction from the ports. */
import type { Decision } from './decode.ts';
import type { Request, WriteBeat } from './requests.ts';

export interface DeviceBeat {
  readonly data: Uint32Array;
  readonly response: number;
}

export interface Followed {
  readonly kind: 'read' | 'write';
  readonly request: Request;
  readonly decision: Decision;
  /** Whether it has been sent to the device. */
  forwarded: boolean;
  /** What the device answered, in order; a write has one, without data. */
  readonly answers: DeviceBeat[];
  /** Beats of read data that the processor has seen. */
  beats: number;
  /** A beat was faked that no masking explains: the device's own may not come after it. */
  cut: boolean;
  /** How it ended. `either`: the device's answer and the faked one are the same. */
  end: 'open' | 'real' | 'faked' | 'either';
  /** Cycles of its request's handshake, of its first faked beat and of its end; -1: not yet. */
  readonly began: number;
  /** The cycle in which it went into a port's register; -1 before. */
  sent: number;
  /** Cycles in which it moved at its port, as the specification's timeouts mean it; and that in which the device had all its data. */
  readonly moved: number[];
  delivered: number;
  firstFaked: number;
  ended: number;
}

export interface FollowedWrite extends Followed {
  readonly kind: 'write';
  /** Sent by the processor. */
  readonly data: WriteBeat[];
}

export const follow = (kind: 'read' | 'write', request: Request, decision: Decision, began: number): Followed => ({
  kind,
  request,
  decision,
  forwarded: false,
  answers: [],
  beats: 0,
  cut: false,
  end: 'open',
  began,
  sent: -1,
  moved: [],
  delivered: -1,
  firstFaked: -1,
  ended: -1,
});

/** The oldest open transaction of each identifier. */
export class OpenByIdentifier<Each extends Followed> {
  private readonly lists = new Map<number, Each[]>();

  push(transaction: Each): void {
    const { id } = transaction.request;
    const list = this.lists.get(id);
    if (list === undefined) this.lists.set(id, [transaction]);
    else list.push(transaction);
  }

  oldest(id: number): Each | undefined {
    return this.lists.get(id)?.[0];
  }

  /** Drops those at the front that are over. */
  drop(id: number, over: (transaction: Each) => boolean): void {
    const list = this.lists.get(id);
    while (list?.[0] !== undefined && over(list[0])) list.shift();
  }

  clear(): void {
    this.lists.clear();
  }
}
