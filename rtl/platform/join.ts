/** Joining AXI4 interfaces that are not of one shape. Source: `docs/systems/platform.md`, "The parts". */
import type { AnyOperand, Assignable, Bits } from '../hdl/index.ts';

const channels = ['aw', 'ar'] as const;
type Channel = (typeof channels)[number];
const attributes = ['len', 'size', 'burst', 'lock', 'cache', 'prot', 'qos', 'region', 'valid'] as const;

const forth: readonly string[] = [
  ...channels.flatMap((channel) => ['id', 'addr', ...attributes].map((name) => `${channel}${name}`)),
  ...['wdata', 'wstrb', 'wlast', 'wvalid', 'bready', 'rready'],
];
const back: readonly string[] = [
  ...['awready', 'wready', 'bid', 'bresp', 'bvalid'],
  ...['arready', 'rid', 'rdata', 'rresp', 'rlast', 'rvalid'],
];

const read = (side: object, name: string): Bits => Reflect.get(side, name) as Bits;
const drive = (side: object, name: string, value: Bits): void => {
  const signal = Reflect.get(side, name) as Assignable & Bits;
  signal.set(value.resize<number>(signal.width) as AnyOperand);
};

/**
 * Connects what gives requests with what takes them. Identifiers and addresses that are narrower than where they go are filled up with zeros above, wider
 * ones lose the bits above; everything else must be as wide on both sides.
 *
 * @param address of requests, where it is not the source's own
 */
export const joinAxi4 = (
  source: object,
  sink: object,
  address: (channel: Channel) => Bits = (channel) => read(source, `${channel}addr`),
): void => {
  for (const name of forth) {
    const channel = channels.find((each) => name === `${each}addr`);
    drive(sink, name, channel === undefined ? read(source, name) : address(channel));
  }
  for (const name of back) drive(source, name, read(sink, name));
};
