import { bit, bits, input, module, output } from '../hdl/index.ts';
import { masked } from '../parts/rings.ts';
import { comparison, type Geometry, widthsOf } from './shapes.ts';

/**
 * The check of cookies beside the access: what entered by a hit is compared two cycles later. To the cycle:
 * `docs/systems/memory-management-unit.md`, "The check".
 */
export const cookieChecks = (p: Geometry) => {
  const { entry } = widthsOf(p);
  return module(
    'cookie_checks',
    {
      /** The slot that enters by a hit: a bit of one of the two, or none. */
      read: input(bits<number>(p.reads)),
      write: input(bits<number>(p.writes)),
      cookie: input(bits<number>(p.cookieWidth)),
      number: input(bits<number>(entry)),
      index: input(bits<number>(p.cookieIndexWidth)),
      sets_index: input(bit),
      walker_index: input(bits<number>(p.cookieIndexWidth)),
      cookie_index: output.reg(bits<number>(p.cookieIndexWidth), { reset: 0 }),
      cookie_value: input(bits<number>(p.cookieWidth)),
      read_compared: output(comparison(p.reads)),
      write_compared: output(comparison(p.writes)),
      different: output(bit),
      different_number: output(bits<number>(entry)),
    },
    (io, m) => {
      const enters = io.read.isNonZero().or(io.write.isNonZero());
      m.when(io.sets_index, () => io.cookie_index.set(io.walker_index)).elseWhen(enters, () =>
        io.cookie_index.set(io.index),
      );
      const first = m.regs({
        first_read: { type: bits<number>(p.reads), reset: 0 },
        first_write: { type: bits<number>(p.writes), reset: 0 },
        first_cookie: { type: bits<number>(p.cookieWidth), reset: 0 },
        first_number: { type: bits<number>(entry), reset: 0 },
      });
      const second = m.regs({
        second_read: { type: bits<number>(p.reads), reset: 0 },
        second_write: { type: bits<number>(p.writes), reset: 0 },
        second_cookie: { type: bits<number>(p.cookieWidth), reset: 0 },
        second_number: { type: bits<number>(entry), reset: 0 },
      });
      first.first_read.set(io.read);
      first.first_write.set(io.write);
      first.first_cookie.set(io.cookie);
      first.first_number.set(io.number);
      second.second_read.set(first.first_read);
      second.second_write.set(first.first_write);
      second.second_cookie.set(first.first_cookie);
      second.second_number.set(first.first_number);
      const { second_read, second_write, second_cookie } = second;
      const { same } = m.named({ same: second_cookie.eq(io.cookie_value) });
      const full = second_read.isNonZero().or(second_write.isNonZero());
      io.read_compared.set({ equal: masked(second_read, same), different: masked(second_read, same.not()) });
      io.write_compared.set({ equal: masked(second_write, same), different: masked(second_write, same.not()) });
      io.different.set(full.and(same.not()));
      io.different_number.set(second.second_number);
      m.assert(
        io.read.isZero().or(io.write.isZero()).and(io.sets_index.implies(enters.not())),
        'one index is asked for in a cycle',
      );
    },
    { documentation: 'The check of cookies.', parameters: { ...p } },
  );
};
