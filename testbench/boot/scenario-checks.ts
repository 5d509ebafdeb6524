/** What a scenario's statements must be together, whatever their order: said before anything runs, with the line of who is wrong. */
import {
  checkFault,
  diskBlockBytes,
  platformParameters,
  type ResolvedOptions,
  resolveOptions,
} from '../../model/hardware/platform/index.ts';
import type { Timed } from './faults.ts';
import { worldExpectations } from './hypervisor/expectations.ts';
import { checkNames } from './hypervisor/name-checks.ts';
import { checkRoom } from './hypervisor/room-checks.ts';
import type { Scenario } from './scenario.ts';
import { at, refuse, refuseWord, type Statement } from './statement.ts';

/** @throws ScenarioError for a fault of what there is not */
export const checkFaults = (faults: readonly Timed[], options: Pick<ResolvedOptions, 'memoryBytes'>): void => {
  for (const { fault, statement } of faults) {
    if (statement === undefined) checkFault(fault, options);
    else at(statement, () => checkFault(fault, options));
  }
};

const checkFillings = ({ fillings }: Scenario, { memoryBytes, diskBlocks }: ResolvedOptions): void => {
  for (const { statement, what, address, bytes } of fillings) {
    const most = what === 'memory' ? memoryBytes : diskBlocks * diskBlockBytes;
    if (address + bytes > most)
      throw refuse(
        statement,
        `${bytes} bytes at 0x${address.toString(16)} are beyond the ${most} bytes of ${what}; 'outside ${what === 'memory' ? 'memoryBytes' : 'diskBlocks'}=' makes it larger`,
      );
  }
};

interface Part {
  readonly name: string;
  readonly statement: Statement;
}

const waitsOf = (statement: Statement): readonly Statement[] =>
  statement.body.flatMap((below) => (below.words[0] === 'after' ? [below] : waitsOf(below)));

/** Those who wait for programs that there are not, or for each other. */
const checkWaits = (parts: readonly Part[]): void => {
  const names = parts.map(({ name }) => name);
  const waits = new Map(parts.map(({ name, statement }) => [name, waitsOf(statement)]));
  const visit = (name: string, path: readonly string[]): void => {
    for (const wait of waits.get(name)!) {
      const wanted = wait.words[1]!;
      if (!names.includes(wanted)) throw refuseWord(wait, 'program', wanted, names);
      const circle = [...path, name];
      if (circle.includes(wanted))
        throw refuse(
          wait,
          `nobody here would ever end: ${[...circle.slice(circle.indexOf(wanted)), wanted].join(' waits for ')}`,
        );
      visit(wanted, circle);
    }
  };
  for (const name of names) visit(name, []);
};

/** @param outside the statement of that name, where there is one. @throws ScenarioError */
export const checkScenario = (scenario: Scenario, outside: Statement | undefined): void => {
  const { options, faults, programs, hypervisor, expectations } = scenario;
  const resolved = resolveOptions(options);
  checkFaults(faults, resolved);
  checkFillings(scenario, resolved);
  checkWaits(hypervisor === undefined ? programs : [...hypervisor.domains, ...hypervisor.trusted]);
  if (hypervisor !== undefined) {
    const { clients } = platformParameters(scenario.parameters);
    checkRoom(hypervisor, { memoryBytes: resolved.memoryBytes, clients }, outside);
    checkNames(
      hypervisor,
      expectations.map(({ statement }) => statement),
    );
    return;
  }
  for (const { statement } of expectations) {
    const word = statement.words.find((each, index) => index > 0 && each !== 'not') ?? '';
    if (Object.hasOwn(worldExpectations, word))
      throw refuse(statement, `'expect ${word}' is for scenarios with a 'hypervisor'`);
  }
};
