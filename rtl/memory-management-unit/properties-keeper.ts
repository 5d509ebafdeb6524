/** What the proofs of a unit assume of its keeper: how cookies and bumps come, and that a memory comes back only after a reset. */
import { all, bit, bits, input, module } from '../hdl/index.ts';
import { register } from '../parts/rings.ts';
import { seenInstance } from '../parts/seen.ts';
import { cookieBuffer } from './cookie-buffer.ts';
import type { KeeperGeometry } from './keeper-shapes.ts';
import { memoryStatus } from './memory-status.ts';

/** The buffer of cookies, for a chosen index. A second unit always asks for that index, so that what the memory holds is seen. */
export const checkedCookies = (p: KeeperGeometry) =>
  module(
    'checked_cookies',
    {
      asks: input(bits<number>(p.cookieIndexWidth)),
      start: input(bit),
      start_index: input(bits<number>(p.cookieIndexWidth)),
      start_all: input(bit),
      busy: input(bit),
    },
    (io, m) => {
      const { instance: buffer, seen } = seenInstance(m, 'buffer', cookieBuffer({ ...p, units: 2 }), [
        'bumped',
        'bump_done',
      ]);
      const { some_index: index } = m.regs({ some_index: { type: bits<number>(p.cookieIndexWidth), reset: 'none' } });
      index.set(index);
      buffer.indexes.set([io.asks, index]);
      buffer.start.set(io.start);
      buffer.start_index.set(io.start_index);
      buffer.start_all.set(io.start_all);
      buffer.busy.set(io.busy);
      m.assume(all([io.start, buffer.active]).not(), 'one page is taken back at a time');
      const cookie = register(m, 'its_cookie', bits<number>(p.cookieWidth));
      const asked = register(m, 'asked_for_it', bit);
      const waited = register(m, 'has_to_wait', bit);
      asked.set(io.asks.eq(index));
      const bump = all([buffer.bump, buffer.bump_index.eq(index)]);
      m.when(bump, () => cookie.set(cookie.add(1)));
      const [value, probe] = buffer.values.elements as [
        (typeof buffer.values.elements)[0],
        (typeof buffer.values.elements)[0],
      ];
      m.assert(asked.implies(value.eq(cookie)), 'the keeper gives the cookie of the cycle before');
      m.assert(probe.eq(cookie), 'the memory holds the cookie of the index');
      const pends = all([buffer.active, seen('bump_done').bit(0).not(), buffer.bump_index.eq(index)]);
      m.assert(pends.implies(seen('bumped').eq(cookie)), 'a bump counts on from the cookie');
      m.assert(all([bump, cookie.reduceAnd()]).implies(buffer.bump_flush), 'a cookie that wraps around flushes');
      m.assert(buffer.bump_flush.implies(buffer.bump), 'a flush comes with a bump');
      waited.set(all([buffer.active, io.busy]));
      m.assert(waited.implies(buffer.active), 'a bump is not answered while a unit is busy with it');
      m.cover(all([bump, buffer.bump_flush, cookie.isNonZero()]), 'a cookie wraps around');
    },
    { documentation: 'The cookies of pages with properties.', parameters: { ...p } },
  );

/** The state of a memory. */
export const checkedStatus = (p: { readonly units: number }) => {
  const inputs = {
    ...Object.fromEntries(
      ['events_error', 'events_failure', 'events_timeout'].map((name) => [name, input(bits<number>(p.units))]),
    ),
    error_limit: input(bits(16)),
    ...Object.fromEntries(
      [
        'line_refused',
        'engine_fails',
        'spared',
        'take_out',
        'reset',
        'restore',
        'on_line',
        'copying',
        'copy_starts',
        'reset_acknowledge',
      ].map((name) => [name, input(bit)]),
    ),
  };
  return module(
    'checked_status',
    inputs,
    (io, m) => {
      const { status } = m.instances({ status: memoryStatus(p) });
      for (const name of Object.keys(inputs))
        (Reflect.get(status, name) as { set(value: unknown): void }).set(Reflect.get(io, name));
      const cleared = register(m, 'was_cleared', bit);
      const had = register(m, 'had_failed', bit);
      had.set(status.failed);
      cleared.set(all([status.failed, cleared.or(status.port_clear)]));
      m.assert(status.port_clear.implies(status.failed), 'a port is cleared while it has failed');
      m.assert(all([had, cleared.not()]).implies(status.failed), 'it comes back after a reset');
      m.assert(status.phase.isNonZero().implies(status.failed), 'it is in reset while it has failed');
      m.assert(status.phase.eq(3).implies(cleared), 'its port is cleared before the reset ends');
      m.assert(all([status.failed, status.was_reset]).implies(cleared), 'its port is cleared in a reset');
      m.cover(all([had, status.failed.not()]), 'a memory comes back');
    },
    { documentation: 'The state of a memory with properties.', parameters: { ...p } },
  );
};
