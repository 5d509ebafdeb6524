import { all, any, type Bits, bits, mux } from '../hdl/index.ts';
import { registerPortHeld, registerPortRules } from '../parts/axi/register-port-rules.ts';
import { register } from '../parts/rings.ts';
import { range } from '../parts/seen.ts';
import { registerAddressWidth } from './interface.ts';
import type { ProvenEngine } from './properties-surroundings.ts';
import type { Geometry } from './shapes.ts';

/**
 * What software sees: the rules of AXI4-Lite at `s_axil`, and interrupts. Each chain raises its client's interrupt within the moderation, and none comes without a chain. Any chain is
 * followed from its end to its interrupt: what holds of one that is followed holds of each.
 */

export const besideSoftware: readonly string[] = [
  'incoming',
  'records',
  'filling',
  'jobs',
  'writer',
  'under_way',
  'rings',
];

export const softwarePaths = (p: Geometry): readonly string[] => [
  ...registerPortHeld.map((name) => `registers.${name}`),
  ...['interrupt_status_chains', 'interrupt_status_stopped', 'interrupt_enable_chains', 'interrupt_enable_stopped'].map(
    (name) => `registers.settings_${name}`,
  ),
  'registers.status_interrupt_status_stopped',
  ...['chains', 'cycles'].map((name) => `moderation.${name}`),
  'moderation.done',
  'moderation.raised',
  ...range(p.clients).flatMap((client) => ['pending', 'age'].map((name) => `moderation.${name}_${client}`)),
];

const countedUp = (count: Bits): Bits => mux(count.reduceAnd(), count, count.add(1)) as Bits;

export const softwareProperties = (p: Geometry, engine: ProvenEngine): void => {
  const { m, io, seen } = engine;
  registerPortRules(m, io.s_axil, registerAddressWidth, (name) => seen(`registers.${name}`).bit(0));

  for (const client of range(p.clients)) moderated(engine, client);

  // A client's interrupt is its bit of the status, where that is enabled, a cycle later.
  const status = (name: string): Bits => seen(`registers.settings_interrupt_${name}`);
  const chains = status('status_chains').and(status('enable_chains'));
  const r = m.regs({
    raised_before: { type: bits<number>(p.clients), reset: 0 },
    stopped_before: { type: bits(1), reset: 0 },
    shown: { type: bits<number>(p.clients), reset: 0 },
    told: { type: bits(1), reset: 0 },
  });
  r.raised_before.set(seen('moderation.raised'));
  r.stopped_before.set(seen('registers.status_interrupt_status_stopped'));
  r.shown.set(chains);
  r.told.set(any([chains.isNonZero(), all([status('status_stopped').bit(0), status('enable_stopped').bit(0)])]));
  m.assert(
    all([
      r.raised_before.and(status('status_chains').not()).isZero(),
      r.stopped_before.implies(status('status_stopped').bit(0)),
    ]),
    'what is raised is in the interrupt status, though software clears it in the same cycle',
  );
  m.assert(io.client_interrupt.eq(r.shown), "a client's interrupt is its bit of the status, where that is enabled");
  m.assert(io.irq.eq(r.told), 'the interrupt is any of those, or that of a ring that was stopped');
};

/** The moderation of one client. */
const moderated = ({ m, seen, follow }: ProvenEngine, client: number): void => {
  const own = (name: string, width: number) => register(m, `${name}_${client}`, bits<number>(width));
  const [owed, followed, waited, behind] = [own('owed', 8), own('followed', 1), own('waited', 16), own('behind', 8)];
  const [done, raised] = [seen('moderation.done').bit(client), seen('moderation.raised').bit(client)];
  const [pending, age] = [seen(`moderation.pending_${client}`), seen(`moderation.age_${client}`)];
  // Chains since the last interrupt.
  owed.set(mux(raised, done.extend<number>(8), mux(done, countedUp(owed), owed) as Bits) as Bits);
  m.assert(raised.implies(owed.isNonZero()), `client ${client}: no interrupt comes without a chain`);
  const is = followed.bit(0);
  m.when(is, () => {
    waited.set(countedUp(waited));
    m.when(done, () => behind.set(countedUp(behind)));
    m.when(raised, () => followed.set(0));
  });
  m.when(all([done, follow, any([is.not(), raised])]), () => {
    followed.set(1);
    waited.set(0);
    behind.set(0);
  });
  m.assert(
    all([is, waited.ge(seen('moderation.cycles'))]).implies(raised),
    `client ${client}: a chain raises the interrupt within so many cycles`,
  );
  m.assert(
    all([is, countedUp(behind).ge(seen('moderation.chains'))]).implies(raised),
    `client ${client}: a chain raises the interrupt where so many have ended`,
  );
  // How that comes.
  m.assert(pending.eq(owed), `client ${client}: the chains that are pending are those since the last interrupt`);
  m.assert(
    is.implies(all([pending.ge(countedUp(behind)), age.ge(waited)])),
    `client ${client}: the chain that is followed is pending, and as old`,
  );
};
