/** The hypervisor of a machine of pages. */
import { all, type Bits, bit, bits, concat, lit, type ModuleBody, mux } from '../../rtl/hdl/index.ts';
import { cookieIndex } from '../../rtl/memory-management-unit/interface.ts';
import { framesOf, geometryOf, type PageMachineOptions } from './page-geometry.ts';
import { type Choices, leaveIdle, portOf } from './small-bench.ts';

/** What the hypervisor does: which frame the page is in, and which one it has taken back. */
export const hypervisor = (m: ModuleBody, keeper: object, choices: Choices, options: PageMachineOptions) => {
  const p = geometryOf(options);
  const r = m.regs({
    mapped: { type: bit, reset: 0 },
    waiting: { type: bit, reset: 0 },
    asking: { type: bit, reset: 0 },
    telling: { type: bit, reset: 0 },
    /** For each frame, how often it was taken back, modulo 2. */
    epochs: { type: bits(2), reset: 0 },
  });
  const port = portOf(keeper);
  const [first, second] = framesOf(options.alias).map((frame) =>
    cookieIndex(p, { memory: 0, superPage: false, frame }),
  ) as [number, number];
  const goes = choices.when(r.waiting.not());
  leaveIdle(keeper, ['awprot', 'araddr', 'arprot', 'arvalid', 'rready']);
  port('awaddr').set(0x020);
  port('wdata').set(concat(lit(1, 1), lit(30, 0), mux(r.mapped, lit(1, first), lit(1, second))));
  port('wstrb').set(15);
  port('bready').set(1);
  port('awvalid').set(r.asking);
  port('wvalid').set(r.telling);
  m.when(port('awready').bit(0), () => r.asking.set(0));
  m.when(port('wready').bit(0), () => r.telling.set(0));
  m.when(goes, () => {
    r.mapped.set(r.mapped.not());
    r.waiting.set(1);
    r.asking.set(1);
    r.telling.set(1);
  });
  const answered = all([r.waiting, port('bvalid').bit(0)]);
  m.when(answered, () => {
    r.waiting.set(0);
    r.epochs.set(r.epochs.xor(concat(r.mapped.not(), r.mapped)));
  });
  return {
    mapped: r.mapped,
    waiting: r.waiting,
    /** What an access to a frame is told by later: the frame, and its epoch. */
    tagOf: (frame: Bits<1>): Bits => concat(mux(frame, r.epochs.bit(1), r.epochs.bit(0)), frame),
    /** Whether what has this tag may still happen: the frame was not taken back since. */
    holds: (tag: Bits): Bits<1> => {
      const frame = tag.bit(0);
      const same = tag.bit(1).eq(mux(frame, r.epochs.bit(1), r.epochs.bit(0)));
      return all([same, r.waiting.or(frame.eq(r.mapped))]);
    },
  };
};
export type Hypervisor = ReturnType<typeof hypervisor>;
