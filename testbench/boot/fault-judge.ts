/** What a fault may do to a scenario, by the page of the platform (docs/systems/platform.md, Faults). */
import type { Fault } from '../../model/hardware/platform/index.ts';
import type { Failure, Outcome, Reporter } from './fault-campaign.ts';
import type { Scenario } from './scenario.ts';
import type { Statement } from './statement.ts';

const textOf = (statement: Statement): string => [statement.text, ...statement.body.map(textOf)].join('\n');

/** A program's text, or the statement's own. */
const whole = (scenario: Scenario, { text }: Failure): string => {
  const line = Number(/\(line (\d+)\)$/.exec(text)?.[1]);
  const holds = (statement: Statement): boolean => statement.line === line || statement.body.some(holds);
  const program = scenario.programs.find(({ statement }) => holds(statement));
  return program === undefined ? text : textOf(program.statement);
};

/** A bit of memory or a whole memory is otherwise, and no part of the machine can know unless both copies are compared. */
const silent: readonly Fault['kind'][] = ['bit-flip', 'memory-replaced'];

/** Whether a part that tells of such a fault has told. */
const told = (fault: Fault, reported: ReadonlySet<Reporter>): boolean => {
  if (fault.kind === 'tamper') return reported.has('path');
  if ('device' in fault) return reported.has(fault.device);
  return reported.has('keeper') || reported.has('unit');
};

/** What the machine itself promises: software goes on from the other memory, unless the scenario loses that too. */
const survives = (scenario: Scenario, fault: Fault): boolean =>
  (fault.kind === 'memory-lost' || fault.kind === 'line-lost') &&
  !scenario.faults.some(({ fault: own }) => own.kind.startsWith('memory'));

/** Bytes that a console has taken and not yet shown, at most. */
const consoleQueue = 16;

/** Whether a console has shown all that it was given but what was in its queue. */
const lacksItsQueue = ({ text, why }: Failure): boolean => {
  const [, asked = '"'] = /^expect console (".*") \(line/.exec(text) ?? [];
  const [, shown = ''] = /^it says "(.*)"$/.exec(why) ?? [];
  const all = asked.slice(1, -1);
  return all.startsWith(shown) && all.length - shown.length <= consoleQueue;
};

/** What a port's line or a device took with it, of which nobody can tell: frames, what was in a queue, and what an old device had counted and shown. */
const goneWithIt = (fault: Fault, failure: Failure): boolean => {
  // Frames and blocks that were in an old device are gone with it, and what they would have led to.
  if (fault.kind === 'link' || fault.kind === 'device-replaced') return true;
  return 'device' in fault && fault.device === 'console' && lacksItsQueue(failure);
};

/** Of what a fault made fail, that which it may not: with the reason. */
export const unexcused = (scenario: Scenario, fault: Fault, { failed, reported }: Outcome): string[] => {
  return failed.flatMap((failure) => {
    const text = whole(scenario, failure);
    const bad = (reason: string): string[] => [`${failure.text}: ${failure.why}: ${reason}`];
    if (fault.kind === 'power-cut')
      return /^expect /.test(failure.text) || /power was cut/.test(failure.why) ? [] : bad('it was told otherwise');
    if (/power was cut/.test(failure.why)) return bad('it has not ended');
    if (/had not ended/.test(failure.why)) {
      // What was cured, or fails without having been asked anything, nobody finds faulty: who waits for that waits in vain.
      const unfound = 'device' in fault && failure.why.includes(`waits until ${fault.device} has failed`);
      return unfound && !told(fault, reported) ? [] : bad('it has not ended');
    }
    // What a memory holds is looked at from outside: the lost one holds nothing.
    if (/^expect (not )?(memory|failed memory)/.test(failure.text) && !('device' in fault)) return [];
    if (fault.kind === 'tamper')
      return /key slot/.test(text) ? (told(fault, reported) ? [] : bad('nobody told')) : bad('it uses no key');
    if ('device' in fault) {
      const named =
        fault.kind === 'link' || fault.device.startsWith('network')
          ? /delivered|network|rings/
          : new RegExp(fault.device);
      // Programs print without naming the console.
      const touched = named.test(text) || (fault.device === 'console' && /print|console|type/.test(text));
      const uses = scenario.programs.some(({ statement }) => named.test(textOf(statement)));
      if (!touched && !(uses && /^expect (memory|disk|failed)/.test(failure.text)))
        return bad(`it has nothing to do with ${fault.device}`);
      return goneWithIt(fault, failure) || told(fault, reported) ? [] : bad('nobody told');
    }
    if (silent.includes(fault.kind)) return [];
    if (survives(scenario, fault)) return bad('the other memory has it');
    return told(fault, reported) ? [] : bad('nobody told');
  });
};
