import { all, bit, bits, input, lit, module, mux, output } from '../hdl/index.ts';
import { cookieChecks } from './cookie-checks.ts';
import { faultCauses, responses } from './interface.ts';
import { bumped, comparison, type Geometry, lookupRequest, lookupResult, page, tlbEntry } from './shapes.ts';
import { superPlace } from './super-place.ts';
import { tlb } from './tlb.ts';
import { verdictOf } from './verdict.ts';
import { walkerFault } from './walker.ts';

/**
 * The lookup of requests, at most one in a cycle, and the comparison of their cookies two cycles later. To the cycle:
 * `docs/systems/memory-management-unit.md`, "Unit: requests".
 */
export const lookup = (p: Geometry) =>
  module(
    'lookup',
    {
      bump: input(bumped(p)),
      read: input(lookupRequest(p)),
      write: input(lookupRequest(p)),
      /** Who looks up in this cycle, and what is found. */
      read_looks: output(bit),
      write_looks: output(bit),
      found: output(lookupResult(p)),
      /** The slot that enters by a hit, if one does. */
      read_enters: input(bits<number>(p.reads)),
      write_enters: input(bits<number>(p.writes)),
      read_compared: output(comparison(p.reads)),
      write_compared: output(comparison(p.writes)),
      restarts: output(bit),
      cookie_index: output(bits<number>(p.cookieIndexWidth)),
      cookie_value: input(bits<number>(p.cookieWidth)),
      // The walker.
      fault: input(walkerFault(p)),
      fault_taken: output(bit),
      idle: input(bit),
      busy: input(bit),
      starts: output(bit),
      start_write: output(bit),
      start_of: output(page(p)),
      sets_index: input(bit),
      index: input(bits<number>(p.cookieIndexWidth)),
      fills: input(bit),
      filled: input(tlbEntry(p)),
    },
    (io, m) => {
      const u = m.instances({ tlb: tlb(p), checks: cookieChecks(p) });
      const { looked_last } = m.regs({ looked_last: { type: bit, reset: 1 } });
      const { is_write } = m.named({ is_write: io.write.valid.and(io.read.valid.not().or(looked_last.not())) });
      const { looks } = m.named({
        looks: all([io.read.valid.or(io.write.valid), io.bump.now.not(), io.busy.not()]),
      });
      m.when(looks, () => looked_last.set(is_write));
      const request = mux(is_write, io.write, io.read);
      io.read_looks.set(looks.and(is_write.not()));
      io.write_looks.set(looks.and(is_write));

      u.tlb.of.set(request.of);
      u.tlb.prot.set(request.prot);
      u.tlb.is_write.set(is_write);
      u.tlb.fill.set(io.fills);
      u.tlb.filled.set(io.filled);
      u.tlb.flush.set(io.bump.now.and(io.bump.flush));
      const { hit, entry } = u.tlb;
      const verdict = verdictOf(u.tlb.allowed);
      const { own_fault } = m.named({ own_fault: io.fault.active.and(io.fault.write.eq(is_write)) });
      const { meets } = m.named({ meets: all([hit.not(), own_fault, io.fault.of.eq(request.of)]) });
      const refused = io.fault.cause.eq(faultCauses.lost);
      const faultResponse = mux(refused, lit(2, responses.subordinate_error), lit(2, responses.decode_error));
      const { is_local } = m.named({ is_local: meets.or(u.tlb.answered_here) });
      m.assert(meets.implies(is_local), 'what the walker gave up is answered here');
      io.found.set({
        hit,
        fault: meets,
        local: is_local,
        response: mux(meets, faultResponse, verdict.response),
        cause: mux(meets, io.fault.cause, verdict.cause),
        compare: entry.leaf.compare,
        where: {
          enabled: entry.leaf.where.enabled,
          places: entry.leaf.where.places.elements.map((place) => superPlace(entry.leaf.super, place, request.of.page)),
        },
        index: entry.index,
      });
      io.fault_taken.set(looks.and(meets));
      io.starts.set(all([looks, hit.not(), meets.not(), io.idle.or(own_fault)]));
      io.start_write.set(is_write);
      io.start_of.set(request.of);

      u.checks.read.set(io.read_enters);
      u.checks.write.set(io.write_enters);
      u.checks.cookie.set(entry.cookie);
      u.checks.number.set(u.tlb.number);
      u.checks.index.set(entry.index);
      u.checks.sets_index.set(io.sets_index);
      u.checks.walker_index.set(io.index);
      u.checks.cookie_value.set(io.cookie_value);
      u.tlb.drop.set(u.checks.different);
      u.tlb.drop_number.set(u.checks.different_number);
      io.read_compared.set(u.checks.read_compared);
      io.write_compared.set(u.checks.write_compared);
      io.restarts.set(u.checks.different);
      io.cookie_index.set(u.checks.cookie_index);
    },
    { documentation: 'The lookup of requests.', parameters: { ...p } },
  );
