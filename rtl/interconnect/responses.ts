import { any, bit, bits, input, lit, module, output, stream, vector } from '../hdl/index.ts';
import { candidateOf } from '../parts/axi/candidate.ts';
import { outputRegister } from '../parts/axi/output-register.ts';
import { masked, takeTurns, word } from '../parts/rings.ts';
import { chosenOf } from './request-choice.ts';
import {
  type Direction,
  type Geometry,
  managers,
  managerWidth,
  response,
  subordinateResponse,
  targets,
} from './shapes.ts';

/** A subordinate's R or B: the candidate, and the manager that it is for. To the cycle: `docs/systems/interconnect.md`, "Responses". */
export const responseIntake = (p: Geometry, direction: Direction) =>
  module(
    `${direction}_response_intake`,
    {
      channel: input(stream(subordinateResponse(p, direction))),
      offers: output(managers(p)),
      response: output(response(p, direction)),
      taken: input(managers(p)),
    },
    (io, m) => {
      const candidate = candidateOf(m, 'response', subordinateResponse(p, direction), io.channel);
      const { id, content } = candidate.data;
      const width = managerWidth(p);
      const number = width === 0 ? null : id.slice<number, number>(id.width - 1, p.idWidth);
      const { receiver } = m.named({
        receiver:
          number === null
            ? lit<number>(1, 1)
            : word(Array.from({ length: p.managers }, (_, manager) => number.eq(manager))),
      });
      io.offers.set(masked(receiver, candidate.present));
      io.response.set({ id: id.slice<number, number>(p.idWidth - 1, 0), content });
      // What names no manager is dropped.
      candidate.moves(any([io.taken.isNonZero(), receiver.isZero()]));
      m.assert(io.taken.and(masked(receiver, candidate.present).not()).isZero(), 'only what is offered is taken');
    },
    { documentation: "A subordinate's responses in one direction.", parameters: { ...p } },
  );

/** A manager's R or B register, and the choice among the subordinates and, last, the interconnect's own answers. */
export const responseChoice = (p: Geometry, direction: Direction) =>
  module(
    `${direction}_response_choice`,
    {
      offers: input(targets(p)),
      responses: input(vector(response(p, direction), p.subordinates + 1)),
      taken: output(targets(p)),
      /** The last beat of a burst is loaded, or a response; of this identifier. */
      ends: output(bit),
      id: output(bits<number>(p.idWidth)),
      channel: output(stream(response(p, direction))),
    },
    (io, m) => {
      const register = outputRegister(m, response(p, direction), io.channel);
      const { chosen } = m.named({ chosen: takeTurns(m, 'last', masked(io.offers, register.free)) });
      const { elements } = io.responses;
      const { chosen_id, chosen_content } = m.named({
        chosen_id: chosenOf(
          chosen,
          elements.map((one) => one.id),
        ),
        chosen_content: chosenOf(
          chosen,
          elements.map((one) => one.content),
        ),
      });
      io.taken.set(chosen);
      io.id.set(chosen_id);
      const loads = chosen.isNonZero();
      io.ends.set(direction === 'read' ? loads.and(chosen_content.bit(0)) : loads);
      register.load(loads, { id: chosen_id, content: chosen_content });
    },
    { documentation: "A manager's responses in one direction.", parameters: { ...p } },
  );
