/**
 * That a subordinate is asked for what managers ask of it: each request once, in the order of its identifier, as it is, and so by AXI4's rules for requests (IHI 0022, A3.4.1,
 * A4.4, A7.2.4). And that what is offered at a port, any, stays (A3.2.1).
 */
import { all, type Bits, bit, type ModuleBody, select } from '../hdl/index.ts';
import { addressRules } from '../parts/axi/address-properties.ts';
import { handshakeRules } from '../parts/axi/checking.ts';
import { range } from '../parts/seen.ts';
import { anyNumber, type FollowedRequest, one, ownerOf, requestFields, sum } from './followed-request.ts';
import { managerWidth, subordinatePort } from './interface.ts';
import { addressChannel } from './ports.ts';
import type { Proven } from './properties-surroundings.ts';
import type { Direction, Geometry } from './shapes.ts';

type Channel = 'aw' | 'w' | 'b' | 'ar' | 'r';

const addressOf = (direction: Direction, valid: Bits<1>, bus: (name: string) => Bits) => {
  const of = (name: string): Bits => bus(`${addressChannel(direction)}${name}`);
  const [addr, len, size, burst, cache] = ['addr', 'len', 'size', 'burst', 'cache'].map(of) as [
    Bits,
    Bits,
    Bits,
    Bits,
    Bits,
  ];
  return { valid, addr, len, size, burst, cache, lock: of('lock').bit(0) };
};

/** A port that is any of several: `bus` gives its signals by their names. */
const anyPort = (m: ModuleBody, name: string, ports: readonly object[]) => {
  const number = anyNumber(m, name, Math.max(1, managerWidth({ managers: ports.length })));
  m.assume(number.le(ports.length - 1), `${name}: there is such a port`);
  return (signal: string): Bits =>
    select(
      number,
      ports.map((port) => Reflect.get(port, signal) as Bits),
    );
};

/** The rules of valid and payload on channels of a port. */
const staying = (
  m: ModuleBody,
  edge: string,
  bus: (name: string) => Bits,
  channels: Partial<Readonly<Record<Channel, readonly string[]>>>,
): void => {
  const name = `${edge}_fresh`;
  const { [name]: fresh } = m.regs({ [name]: { type: bit, reset: 1 } });
  if (fresh === undefined) throw new Error('the register was just declared');
  fresh.set(0);
  for (const [channel, payload] of Object.entries(channels))
    handshakeRules(
      m,
      channel,
      {
        valid: bus(`${channel}valid`).bit(0),
        ready: bus(`${channel}ready`).bit(0),
        payload: payload.map((field) => bus(`${channel}${field}`)),
      },
      fresh.bit(0),
      (rule, broken) => m.assert(broken.not(), `${edge}: ${rule}`),
    );
};

/** What the interconnect offers, at any of the ports of managers and any of those of subordinates, stays as it is until it is taken. */
export const offersStay = (p: Geometry, { m, managers, subordinates }: Proven, direction: Direction): void => {
  const fields = requestFields(p);
  staying(
    m,
    's_axi',
    anyPort(m, 'some_manager', managers),
    direction === 'read' ? { r: ['id', 'data', 'resp', 'last'] } : { b: ['id', 'resp'] },
  );
  staying(
    m,
    'm_axi',
    anyPort(m, 'some_subordinate', subordinates),
    direction === 'read' ? { ar: fields } : { aw: fields, w: ['data', 'strb', 'last'] },
  );
};

/** What subordinates are asked for. Of the manager, its rules for the request that is followed are taken, and nothing else. */
export const requestRules = (p: Geometry, { m }: Proven, direction: Direction, request: FollowedRequest): void => {
  const { manager, identifier, wideIdentifier, at, taken, its, target, sides, pending, sent, before } = request;
  const channel = addressChannel(direction);
  addressRules(channel, addressOf(direction, taken, manager.bus), p.dataWidth / 8, (rule, broken) =>
    m.assume(broken.not(), `s_axi: ${rule}`),
  );
  const own = {
    valid: pending,
    addr: its('addr'),
    len: its('len'),
    size: its('size'),
    burst: its('burst'),
    cache: its('cache'),
  };
  addressRules(channel, { ...own, lock: its('lock').bit(0) }, p.dataWidth / 8, (rule, broken) =>
    m.assert(broken.not(), `its request: ${rule}`),
  );
  const intake = (name: string): Bits => manager.inside((port) => `${direction}_intake_${port}.request_${name}`);
  const held = all([intake('full').bit(0), intake('held_id').eq(identifier)]);
  const heldOwner = ownerOf(p, intake('held_addr'));
  for (const port of range(p.subordinates)) {
    const edge = subordinatePort(port);
    const { unsent, shows } = sides[port] as (typeof sides)[number];
    const signal = (name: string): Bits => at(port, `${channel}${name}`);
    const shown = all([signal('valid').bit(0), signal('id').eq(wideIdentifier)]);
    m.assert(shown.implies(unsent.isNonZero()), `${edge}: it is asked only for what was asked for, and once`);
    m.assert(
      unsent.eq(sum([one(shows), one(all([held, heldOwner.eq(port)]))])),
      `${edge}: what was asked for and not of it is held, or shown`,
    );
    const offered = all([pending, sent.not(), target.eq(port), before.isZero(), shown]);
    for (const field of requestFields(p))
      if (field !== 'id')
        m.assert(offered.implies(signal(field).eq(its(field))), `${edge}: ${channel}${field} is its manager's`);
    m.cover(offered, `${edge}: it is asked for on ${channel}`);
    addressRules(
      channel,
      addressOf(direction, offered, (name) => at(port, name)),
      p.dataWidth / 8,
      (rule, broken) => m.assert(broken.not(), `${edge}: ${rule}`),
    );
  }
};
