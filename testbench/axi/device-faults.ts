/** How a device misbehaves, as plain data: each from a cycle on, for a number of cycles. */
import fc, { type Arbitrary } from 'fast-check';

interface Window {
  /** The first cycle, and how many. */
  readonly from: number;
  readonly cycles: number;
}

type ResponseChannel = 'b' | 'r';

export type DeviceFault = Window &
  (
    | /** Takes nothing on a channel. */ { readonly kind: 'refuse'; readonly channel: 'aw' | 'w' | 'ar' }
    | /** Answers nothing on a channel, in the middle of a burst too. */ {
        readonly kind: 'silent';
        readonly channel: ResponseChannel;
      }
    | /** Answers SLVERR (2) or DECERR (3), or EXOKAY (1) where nobody asked. */ {
        readonly kind: 'response';
        readonly channel: ResponseChannel;
        readonly code: 1 | 2 | 3;
      }
    | /** Answers with the identifier changed in these bits. */ {
        readonly kind: 'identifier';
        readonly channel: ResponseChannel;
        readonly flip: number;
      }
    | /** Ends a burst of read data before its time, with RLAST. */ { readonly kind: 'early last' }
    | /** Gives the last beat of read data without RLAST. */ { readonly kind: 'missing last' }
    | /** Answers when it has nothing to answer. */ {
        readonly kind: 'unasked';
        readonly channel: ResponseChannel;
        readonly id: number;
        readonly last: boolean;
      }
    | /** Changes a bit of the payload while valid waits for ready. */ {
        readonly kind: 'changed';
        readonly channel: ResponseChannel;
        readonly bit: number;
      }
    | /** Lets valid fall while it waits for ready. */ { readonly kind: 'dropped'; readonly channel: ResponseChannel }
    | /** Answers a transaction, and once more. */ { readonly kind: 'twice'; readonly channel: ResponseChannel }
    | /** Answers what it takes in this time so many cycles later. */ { readonly kind: 'late'; readonly delay: number }
    | /** Any values on all its signals; what it seems to take is lost. */ {
        readonly kind: 'babble';
        readonly seed: number;
      }
  );

const responseChannel = fc.constantFrom<ResponseChannel>('b', 'r');

/** Any fault at any time, shrinking towards early ones and short ones. */
export const deviceFaults = (options: {
  readonly idWidth: number;
  /** The last cycle in which one begins. */
  readonly horizon: number;
  /** Default 3. */
  readonly maximum?: number;
  /** Default all. */
  readonly kinds?: readonly DeviceFault['kind'][];
}): Arbitrary<readonly DeviceFault[]> => {
  const id = fc.nat(2 ** options.idWidth - 1);
  const forever = 0x7fff_ffff;
  const window = {
    from: fc.nat(options.horizon),
    cycles: fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 200 }), fc.constant(forever)),
  };
  const brief = { from: window.from, cycles: fc.integer({ min: 1, max: 40 }) };
  const channel = responseChannel;
  const flip = fc.integer({ min: 1, max: 2 ** options.idWidth - 1 });
  const ofKind = <K extends Kind, Values>(kind: K, values: { [Name in keyof Values]: Arbitrary<Values[Name]> }) =>
    fc.record({ kind: fc.constant(kind), ...values }) as unknown as Arbitrary<DeviceFault>;
  const faults: Readonly<Record<Kind, Arbitrary<DeviceFault>>> = {
    refuse: ofKind('refuse', { channel: fc.constantFrom('aw', 'w', 'ar'), ...window }),
    silent: ofKind('silent', { channel, ...window }),
    response: ofKind('response', { channel, code: fc.constantFrom(2, 3, 1), ...window }),
    identifier: ofKind('identifier', { channel, flip, ...window }),
    'early last': ofKind('early last', window),
    'missing last': ofKind('missing last', window),
    unasked: ofKind('unasked', { channel, id, last: fc.boolean(), ...brief }),
    changed: ofKind('changed', { channel, bit: fc.nat(255), ...window }),
    dropped: ofKind('dropped', { channel, ...window }),
    twice: ofKind('twice', { channel, ...window }),
    late: ofKind('late', { delay: fc.integer({ min: 1, max: 2000 }), ...window }),
    babble: ofKind('babble', { seed: fc.nat(0xffff), ...brief }),
  };
  const kinds = options.kinds ?? (Object.keys(faults) as readonly Kind[]);
  return fc.array(fc.oneof(...kinds.map((kind) => faults[kind])), { maxLength: options.maximum ?? 3 });
};

type Kind = DeviceFault['kind'];

/** The faults of one device in the cycle at hand. */
export class FaultPlan {
  private readonly faults: readonly DeviceFault[];
  private cycle = 0;

  constructor(faults: readonly DeviceFault[]) {
    this.faults = faults;
  }

  at(cycle: number): void {
    this.cycle = cycle;
  }

  /** The first fault of this kind, and on this channel, that is active; null: none. */
  active<K extends Kind>(kind: K, channel?: string): (DeviceFault & { readonly kind: K }) | null {
    for (const fault of this.faults) {
      if (fault.kind !== kind || this.cycle < fault.from || this.cycle - fault.from >= fault.cycles) continue;
      if (channel !== undefined && 'channel' in fault && fault.channel !== channel) continue;
      return fault as DeviceFault & { readonly kind: K };
    }
    return null;
  }
}
