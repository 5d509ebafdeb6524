/** Whether the steps of a scenario name what there is: said before anything runs, with the line of who is wrong. */
import { refuse, refuseWord, type Statement } from '../statement.ts';
import { domainsOf, nameIn, type Program, programOf } from './named-steps.ts';
import type { HypervisorPart } from './scenario.ts';
import { checkSpans } from './spans.ts';

const stepsOf = (programs: readonly Program[], ...kinds: readonly string[]): readonly Statement[] =>
  programs.flatMap(({ steps }) => steps.filter(({ words }) => kinds.includes(words[0]!)));

const checkDomains = (step: Statement, names: readonly string[], domains: readonly string[]): void => {
  const unknown = names.find((name) => !domains.includes(name));
  if (unknown === undefined) return;
  if (domains.length > 0) throw refuseWord(step, 'domain', unknown, domains);
  throw refuse(step, `there is no domain '${unknown}'; write 'domain ${unknown} pages=' below 'hypervisor'`);
};

const checkStarted = ({ domains }: HypervisorPart, trusted: readonly Program[]): void => {
  const started = stepsOf(trusted, 'start').map(nameIn);
  const idle = domains.find(({ name }) => !started.includes(name));
  if (idle !== undefined)
    throw refuse(idle.statement, `nobody starts '${idle.name}'; write 'start ${idle.name}' below a 'trusted' program`);
};

/** Packets come to who opens a client; whoever is steered, capped or closed before waits for that. */
const checkClients = (guests: readonly Program[], trusted: readonly Program[]): void => {
  for (const step of stepsOf(trusted, 'steer', 'cap', 'accept'))
    for (const name of domainsOf(step))
      if (stepsOf([guests.find((guest) => guest.name === name)!], 'receive').length === 0)
        throw refuse(step, `domain '${name}' never has a packet client; write 'receive' among its steps`);
};

/** Who maps what nobody grants waits for ever; nor is unmapped what was not mapped. */
const checkMappings = (guests: readonly Program[]): void => {
  const granted = [...new Set(stepsOf(guests, 'grant').map(nameIn))];
  for (const guest of guests) {
    const mapped = new Set<string>();
    for (const step of stepsOf([guest], 'map', 'unmap')) {
      const name = nameIn(step);
      if (step.words[0] === 'map') mapped.add(name);
      else if (!mapped.has(name)) throw refuse(step, `'${name}' is not mapped before this; write 'map' above it`);
      if (granted.includes(name)) continue;
      if (granted.length > 0) throw refuseWord(step, 'grant', name, granted);
      throw refuse(step, `nobody grants '${name}'; write 'grant ${name} at= to=' among the steps of another domain`);
    }
  }
};

const checkStore = ({ store, domains }: HypervisorPart, programs: readonly Program[]): void => {
  if (store) return;
  const wanting = [
    ...domains.filter(({ sharing }) => sharing !== undefined).map(({ statement }) => statement),
    ...stepsOf(programs, 'store', 'share', 'withdraw', 'file'),
    ...stepsOf(programs, 'target').filter(({ options }) => options.get('by') === 'store'),
  ].sort((a, b) => a.line - b.line);
  if (wanting[0] !== undefined) throw refuse(wanting[0], "this needs a store; write 'hypervisor store=yes'");
};

/** @throws ScenarioError for a name of nothing, and for what begins twice */
export const checkNames = (part: HypervisorPart, expectations: readonly Statement[]): void => {
  const guests = part.domains.map(programOf);
  const trusted = part.trusted.map(programOf);
  const domains = guests.map(({ name }) => name);
  for (const { steps } of trusted) for (const step of steps) checkDomains(step, domainsOf(step), domains);
  for (const step of stepsOf(guests, 'grant')) checkDomains(step, [step.options.get('to')!], domains);
  for (const statement of expectations) {
    const [kind = '', name = ''] = statement.words.slice(statement.words[1] === 'not' ? 2 : 1);
    if (['has', 'took'].includes(kind)) checkDomains(statement, [name], domains);
  }
  checkStarted(part, trusted);
  checkStore(part, [...guests, ...trusted]);
  checkClients(guests, trusted);
  checkMappings(guests);
  checkSpans(guests, trusted);
};
