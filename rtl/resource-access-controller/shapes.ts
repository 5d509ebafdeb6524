import { bit, bits, record } from '../hdl/index.ts';
import { pageBits, portWidth, type ResourceAccessControllerParameters, resourceWidth, slotWidth } from './interface.ts';

/** The parameters of the whole controller: its parts take what they need of them. */
export type Geometry = ResourceAccessControllerParameters;

/** The payload of AW or AR. */
export const requestSignals = (p: Geometry) =>
  record({
    id: bits<number>(p.idWidth),
    addr: bits<number>(p.addressWidth),
    len: bits(8),
    size: bits(3),
    burst: bits(2),
    lock: bit,
    cache: bits(4),
    prot: bits(3),
    qos: bits(4),
    region: bits(4),
  });

/** What is done with a request, as its entry said: neither `forward` nor `refused` means faked. */
export const plan = (p: Geometry) =>
  record({
    forward: bit,
    refused: bit,
    policy: bits(2),
    code: bits(2),
    resource: bits<number>(resourceWidth(p)),
    port: bits<number>(portWidth(p)),
  });

/** A decoded request: `signals.addr` is the device's address. */
export const request = (p: Geometry) => record({ signals: requestSignals(p), plan: plan(p) });

/** A translation entry, addresses from the page up. */
export const entry = (p: Geometry) =>
  record({
    valid: bit,
    read: bit,
    write: bit,
    fake: bit,
    policy: bits(2),
    code: bits(2),
    resource: bits<number>(resourceWidth(p)),
    port: bits<number>(portWidth(p)),
    base: bits<number>(p.addressWidth - pageBits),
    size: bits<number>(p.addressWidth - pageBits),
    device: bits<number>(p.addressWidth - pageBits),
  });

export const writeBeat = (p: Geometry) =>
  record({ data: bits<number>(p.dataWidth), strb: bits<number>(p.dataWidth / 8), last: bit });
export const readBeat = (p: Geometry) =>
  record({ id: bits<number>(p.idWidth), data: bits<number>(p.dataWidth), resp: bits(2), last: bit });
export const writeResponse = (p: Geometry) => record({ id: bits<number>(p.idWidth), resp: bits(2) });

/**
 * A transaction in flight as the other parts see it. `route_local`: the controller answers it; `first`: none with its
 * identifier is before it (the page's rank 0).
 */
export const slot = (p: Geometry) =>
  record({
    valid: bit,
    local: bit,
    route_local: bit,
    first: bit,
    refused: bit,
    id: bits<number>(p.idWidth),
    port: bits<number>(portWidth(p)),
    resource: bits<number>(resourceWidth(p)),
    policy: bits(2),
    code: bits(2),
    lock: bit,
  });

/**
 * What a side of a port has found in a cycle, a fault or else an error response. `known`: the fault has a slot; `blames`: a resource is to
 * blame.
 */
export const note = (p: Geometry) =>
  record({
    fault: bit,
    error: bit,
    cause: bits(4),
    known: bit,
    blames: bit,
    slot: bits<number>(slotWidth(p)),
    id: bits<number>(p.idWidth),
    resource: bits<number>(resourceWidth(p)),
  });

/** The transaction that has been kept waiting for too long, `slots` having its bit, or no bit where there is none. */
export const overdue = (p: Geometry) =>
  record({
    slots: bits<number>(p.outstanding),
    slot: bits<number>(slotWidth(p)),
    resource: bits<number>(resourceWidth(p)),
    id: bits<number>(p.idWidth),
  });

/** Whether a response that a port offers is to be faked, how, and of which resource it is. */
export const disguise = (p: Geometry) =>
  record({ masked: bit, policy: bits(2), code: bits(2), resource: bits<number>(resourceWidth(p)) });

/** A beat that the faker offers; `port` is that of its slot. */
export const fakedBeat = (p: Geometry) =>
  record({
    id: bits<number>(p.idWidth),
    last: bit,
    policy: bits(2),
    code: bits(2),
    port: bits<number>(portWidth(p)),
  });
