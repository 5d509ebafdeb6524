import {
  any,
  type Bits,
  type ModuleBody,
  type ModuleDefinition,
  module,
  type Outside,
  type Ports,
} from '../hdl/index.ts';
import { word } from '../parts/rings.ts';
import { localRead, localWrite } from './local-answers.ts';
import {
  addressChannel,
  contentOf,
  driveContent,
  driveRequest,
  interconnectPorts,
  type ManagerSide,
  managerSides,
  requestOf,
  type SubordinateSide,
  subordinateSides,
} from './ports.ts';
import { requestChoice } from './request-choice.ts';
import { requestIntake } from './request-intake.ts';
import { responseChoice, responseIntake } from './responses.ts';
import type { Direction, Geometry } from './shapes.ts';
import { dataIntake, dataOutput } from './write-data.ts';

const atPorts = <P extends Ports>(
  m: ModuleBody,
  name: string,
  count: number,
  definition: ModuleDefinition<P>,
): readonly Outside<P>[] =>
  Object.values(
    m.instances(Object.fromEntries(Array.from({ length: count }, (_, port) => [`${name}_${port}`, definition]))),
  ) as unknown as readonly Outside<P>[];

/** Requests and responses of one direction, all but what lets them enter. */
const makeDirection = (p: Geometry, m: ModuleBody, direction: Direction) => ({
  intakes: atPorts(m, `${direction}_intake`, p.managers, requestIntake(p)),
  choices: atPorts(m, `${direction}_choice`, p.subordinates, requestChoice(p)),
  answers: atPorts(m, `${direction}_answer`, p.subordinates, responseIntake(p, direction)),
  outputs: atPorts(m, `${direction}_output`, p.managers, responseChoice(p, direction)),
});
type DirectionParts = ReturnType<typeof makeDirection>;
type LocalAnswer = Pick<
  Outside<ReturnType<typeof localWrite> extends ModuleDefinition<infer P> ? P : never>,
  'offers' | 'response' | 'taken'
>;

const connectRequests = (
  p: Geometry,
  direction: Direction,
  u: DirectionParts,
  managers: readonly ManagerSide[],
  subordinates: readonly SubordinateSide[],
): void => {
  const channel = addressChannel(direction);
  for (const [port, intake] of u.intakes.entries()) {
    const manager = managers[port] as ManagerSide;
    intake.channel.valid.set(manager[`${channel}valid`]);
    intake.channel.data.set(requestOf(p, manager, direction) as never);
    manager[`${channel}ready`].set(intake.channel.ready);
    intake.granted.set(any(u.choices.map((choice) => choice.granted.bit(port))));
  }
  for (const [port, choice] of u.choices.entries()) {
    const subordinate = subordinates[port] as SubordinateSide;
    choice.asks.set(word(u.intakes.map((intake) => intake.asks.bit(port))));
    choice.candidates.set(u.intakes.map((intake) => intake.candidate));
    driveRequest(p, subordinate, direction, choice.channel.data);
    subordinate[`${channel}valid`].set(choice.channel.valid);
    choice.channel.ready.set(subordinate[`${channel}ready`]);
  }
};

const connectResponses = (
  p: Geometry,
  direction: Direction,
  u: DirectionParts,
  locals: readonly LocalAnswer[],
  managers: readonly ManagerSide[],
  subordinates: readonly SubordinateSide[],
): void => {
  const channel = direction === 'read' ? 'r' : 'b';
  for (const [port, answer] of u.answers.entries()) {
    const subordinate = subordinates[port] as SubordinateSide;
    answer.channel.valid.set(subordinate[`${channel}valid`]);
    answer.channel.data.set({ id: subordinate[`${channel}id`], content: contentOf(subordinate, direction) });
    subordinate[`${channel}ready`].set(answer.channel.ready);
    answer.taken.set(word(u.outputs.map((output) => output.taken.bit(port))));
  }
  for (const [port, output] of u.outputs.entries()) {
    const manager = managers[port] as ManagerSide;
    const local = locals[port] as LocalAnswer;
    output.offers.set(word([...u.answers.map((answer) => answer.offers.bit(port)), local.offers]));
    output.responses.set([...u.answers.map((answer) => answer.response), local.response]);
    local.taken.set(output.taken.bit(p.subordinates));
    const intake = u.intakes[port] as DirectionParts['intakes'][number];
    intake.leave.set(output.ends);
    intake.leave_id.set(output.id);
    manager[`${channel}valid`].set(output.channel.valid);
    manager[`${channel}id`].set(output.channel.data.id);
    driveContent(p, manager, direction, output.channel.data.content);
    output.channel.ready.set(manager[`${channel}ready`]);
  }
};

/** An AXI4 crossbar. To the cycle: `docs/systems/interconnect.md`. */
export const interconnect = (p: Geometry) =>
  module(
    'axi4_interconnect',
    interconnectPorts(p),
    (io, m) => {
      const managers = managerSides(p, io);
      const subordinates = subordinateSides(p, io);
      const reads = makeDirection(p, m, 'read');
      const writes = makeDirection(p, m, 'write');
      const localReads = atPorts(m, 'local_read', p.managers, localRead(p));
      const localWrites = atPorts(m, 'local_write', p.managers, localWrite(p));
      const intakes = atPorts(m, 'data_intake', p.managers, dataIntake(p));
      const outputs = atPorts(m, 'data_output', p.subordinates, dataOutput(p));
      connectRequests(p, 'read', reads, managers, subordinates);
      connectRequests(p, 'write', writes, managers, subordinates);
      connectResponses(p, 'read', reads, localReads, managers, subordinates);
      connectResponses(p, 'write', writes, localWrites, managers, subordinates);

      const { data_free } = m.named({ data_free: word(outputs.map((output) => output.free)) });
      const { data_held } = m.named({
        data_held: intakes.map((intake): Bits => intake.holds).reduce((left, right) => left.or(right)),
      });
      for (const choice of reads.choices) choice.ready.set(1);
      for (const [port, choice] of writes.choices.entries()) choice.ready.set(data_held.bit(port).not());
      for (const [port, manager] of managers.entries()) {
        const [read, write, intake] = [reads.intakes[port], writes.intakes[port], intakes[port]];
        const [readAnswer, writeAnswer] = [localReads[port], localWrites[port]];
        if (!(read && write && intake && readAnswer && writeAnswer)) throw new Error('each manager has its parts');
        read.may.set(1);
        read.local_free.set(readAnswer.free);
        readAnswer.enter.set(read.enters_local);
        readAnswer.id.set(read.candidate.id);
        readAnswer.len.set(read.candidate.len);
        write.may.set(intake.may);
        write.local_free.set(writeAnswer.free);
        writeAnswer.enter.set(write.enters_local);
        writeAnswer.id.set(write.candidate.id);
        writeAnswer.ends.set(intake.local_ends);
        intake.channel.valid.set(manager.wvalid);
        intake.channel.data.set({ data: manager.wdata, strb: manager.wstrb, last: manager.wlast });
        manager.wready.set(intake.channel.ready);
        intake.free.set(data_free);
        const target = word([...writes.choices.map((choice) => choice.granted.bit(port)), write.enters_local]);
        intake.enter.set(target.isNonZero());
        intake.enter_target.set(target);
      }
      for (const [port, subordinate] of subordinates.entries()) {
        const output = outputs[port];
        if (!output) throw new Error('each subordinate has its parts');
        output.moves.set(word(intakes.map((intake) => intake.moves.bit(port))));
        output.beats.set(intakes.map((intake) => intake.beat));
        subordinate.wdata.set(output.channel.data.data);
        subordinate.wstrb.set(output.channel.data.strb);
        subordinate.wlast.set(output.channel.data.last);
        subordinate.wvalid.set(output.channel.valid);
        output.channel.ready.set(subordinate.wready);
      }
    },
    { documentation: 'An AXI4 crossbar.', parameters: { ...p } },
  );
