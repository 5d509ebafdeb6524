import type { ModuleDefinition, Ports } from '../hdl/index.ts';
import type { ProofList, ProofTarget } from '../parts/proof-target.ts';
import { memoryKeeperParameters, memoryManagementUnitParameters } from './interface.ts';
import { checkedCookies, checkedStatus } from './properties-keeper.ts';
import { pagePaths, pageProperties, withoutPorts } from './properties-pages.ts';
import { checkedPort } from './properties-port.ts';
import { processorPaths, processorProperties, withoutMemories } from './properties-processor.ts';
import { readRequestPaths, readRequestProperties, withoutWalks } from './properties-read-requests.ts';
import { provenUnit } from './properties-surroundings.ts';
import { turnPaths, turnProperties, withoutAnswers } from './properties-turns.ts';
import { walkPaths, walkProperties, withoutAccesses } from './properties-walks.ts';
import { withoutLookups, writePaths, writeProperties } from './properties-writes.ts';
import type { Geometry } from './shapes.ts';

const page = 'docs/systems/memory-management-unit.md';
const erase = (make: () => unknown): (() => ModuleDefinition<Ports>) => make as () => ModuleDefinition<Ports>;

/**
 * The smallest unit in which two of everything can meet. Its TLB has two entries, fewer than the interface allows.
 */
const smallest: Geometry = {
  ...memoryManagementUnitParameters({
    ...{ dataWidth: 64, addressWidth: 24, virtualWidth: 32, formWidth: 0, cookieWidth: 2, cookieIndexWidth: 1 },
    ...{ idWidth: 1, domainWidth: 1, reads: 2, writes: 2, timerWidth: 4 },
  }),
  entries: 2,
};

const induction = ['k-induction', 'bmc3'] as const;
/** Ten times what the longest takes on two idle cores. */
const seconds = 300;

const pages = (p: Geometry, thorough: boolean): ProofTarget => ({
  name: `nothing by a translation that was taken back, ${p.reads} reads and writes`,
  parameters: { ...p },
  section: `${page}, Cookies`,
  thorough,
  engines: induction,
  seconds,
  module: erase(() =>
    provenUnit(p, 'taken_back', { without: withoutPorts, paths: pagePaths(p) }, (unit) => pageProperties(p, unit)),
  ),
});

const writes = (p: Geometry, thorough: boolean): ProofTarget => ({
  name: `no write is answered without a good copy, ${p.writes} writes`,
  parameters: { ...p },
  section: `${page}, Unit: writes`,
  thorough,
  engines: induction,
  seconds,
  module: erase(() =>
    provenUnit(p, 'good_copies', { without: withoutLookups, paths: writePaths() }, (unit) => writeProperties(p, unit)),
  ),
});

const processor = (p: Geometry): ProofTarget => ({
  name: 'what the processor is answered',
  parameters: { ...p },
  section: `${page}, What is to be shown`,
  thorough: false,
  engines: induction,
  seconds,
  module: erase(() =>
    provenUnit(p, 'answers_at_the_processor', { without: withoutMemories, paths: processorPaths }, (unit) =>
      processorProperties(p, unit),
    ),
  ),
});

const walks = (p: Geometry): ProofTarget => ({
  name: 'walks at the memories',
  parameters: { ...p },
  section: `${page}, Unit: TLB and walker`,
  thorough: false,
  engines: induction,
  seconds,
  module: erase(() =>
    provenUnit(p, 'walks_at_the_memories', { without: withoutAccesses, paths: walkPaths }, (unit) =>
      walkProperties(p, unit),
    ),
  ),
});

const readRequests = (p: Geometry): ProofTarget => ({
  name: 'reads at the memories',
  parameters: { ...p },
  section: `${page}, Unit: requests`,
  thorough: false,
  engines: induction,
  seconds,
  module: erase(() =>
    provenUnit(p, 'reads_at_the_memories', { without: withoutWalks, paths: readRequestPaths(p) }, (unit) =>
      readRequestProperties(p, unit),
    ),
  ),
});

const turns = (p: Geometry): ProofTarget => ({
  name: 'one direction at a time on both memories',
  parameters: { ...p },
  section: `${page}, Unit: turns, claims, failures`,
  thorough: false,
  engines: induction,
  seconds,
  module: erase(() =>
    provenUnit(p, 'one_direction_on_both', { without: withoutAnswers, paths: turnPaths }, (unit) =>
      turnProperties(p, unit),
    ),
  ),
});

const keeper = (
  name: string,
  section: string,
  parameters: ProofTarget['parameters'],
  make: () => unknown,
): ProofTarget => ({
  name,
  parameters,
  section: `${page}, ${section}`,
  thorough: false,
  engines: ['k-induction', 'bmc3'],
  seconds,
  module: erase(make),
});
/** The cookies of the smallest unit. */
const cookies = { ...memoryKeeperParameters({ cookieWidth: 2, cookieIndexWidth: 1, units: 2 }) };

export const memoryManagementUnitProofs: ProofList = {
  block: 'memory_management_unit',
  targets: [
    pages(smallest, false),
    writes(smallest, false),
    processor(smallest),
    walks(smallest),
    readRequests(smallest),
    turns(smallest),
    keeper('what a memory is offered stays', 'Words', { ...smallest }, () => checkedPort(smallest)),
    keeper('how the keeper gives cookies', 'Cookies', cookies, () => checkedCookies(cookies)),
    keeper('how a memory comes back', 'Keeper: cookies, turns, status', { units: 2 }, () =>
      checkedStatus({ units: 2 }),
    ),
  ],
};
