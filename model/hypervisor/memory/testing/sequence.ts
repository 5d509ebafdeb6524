/** Operations done on the platform, and what comes of them compared with the reference. */
import { BusError, type Processor } from '../../../hardware/platform/index.ts';
import { type Explanation, HypervisorError, type Rights } from '../interface.ts';
import { at, guestOf, type TestMachine } from './machine.ts';
import type { Operation, Outcome, PageName, Reference, ReferencePage } from './reference.ts';

const rightsOf = (write: boolean): Rights => ({ read: true, write, execute: false });

/** Where in a page its word is: not at its beginning, so that frames mixed up with tables are seen. */
const offset = 0x7f8;

const perform = async ({ memory }: TestMachine, processor: Processor, operation: Operation): Promise<void> => {
  const { domain, page } = operation;
  const { maps, frames } = memory;
  if (operation.kind === 'lend') {
    const { backing } = await maps.with(processor, domain, (map) => map.reference(page));
    const { to, write } = operation;
    try {
      await maps.with(processor, to.domain, (map) => map.mapForeign(to.page, backing, rightsOf(write)));
    } catch (error) {
      await frames.dereference(processor, backing);
      throw error;
    }
    return;
  }
  if (operation.kind === 'store') {
    await processor.as({ domain, privileged: false }).write32(at(page, offset), operation.value);
    return;
  }
  await maps.with(processor, domain, async (map) => {
    if (operation.kind === 'populate') {
      const { copies, form, write } = operation;
      await map.populate(page, { copies, form }, rightsOf(write));
    } else if (operation.kind === 'remove') await map.remove([page], operation.leaving);
    else if (operation.kind === 'protect') await map.protect([page], rightsOf(operation.write));
    else if (operation.kind === 'trap') await map.trap([page], operation.trap);
    else if (operation.kind === 'move') await map.move(page, operation);
    else if (operation.kind === 'hold') await map.hold([page]);
    else if (operation.kind === 'unhold') await map.unhold(page, operation.leaving);
    else await map.unmapForeign(page);
  });
};

/** How an operation ends on the platform. */
export const outcomeOf = async (machine: TestMachine, processor: Processor, operation: Operation): Promise<Outcome> => {
  try {
    await perform(machine, processor, operation);
    return 'done';
  } catch (error) {
    if (error instanceof HypervisorError) return error.code;
    if (error instanceof BusError) return 'fault';
    throw error;
  }
};

/** Does operations one after the other on both, and says where they part. */
export const follow = async (
  machine: TestMachine,
  processor: Processor,
  reference: Reference,
  operations: readonly Operation[],
): Promise<readonly string[]> => {
  const wrong: string[] = [];
  for (const operation of operations) {
    const outcome = await outcomeOf(machine, processor, operation);
    const wanted = reference.do(operation);
    if (outcome !== wanted) wrong.push(`${JSON.stringify(operation)} ended with ${outcome}, and not with ${wanted}`);
  }
  return wrong;
};

const explanationOf = (page: ReferencePage | undefined, write: boolean): Partial<Explanation> => {
  if (page === undefined) return { kind: 'nothing' };
  if (page.kind === 'swept') return { kind: 'swept', pattern: page.pattern };
  if (page.kind !== 'page') return { kind: page.kind };
  if (write && !page.write) return { kind: 'no right' };
  return write && page.trap !== undefined ? { kind: 'trap', trap: page.trap } : { kind: 'none' };
};

/** Looks at pages as their domain does, and says what is not as in the reference. */
export const compare = async (
  { platform, memory }: TestMachine,
  reference: Reference,
  names: readonly PageName[],
): Promise<readonly string[]> => {
  const processor = platform.processors[0]!;
  const wrong: string[] = [];
  for (const name of names) {
    const { domain, page } = name;
    const wanted = reference.at(name);
    const value = await guestOf(platform, 1, domain)
      .read32(at(page, offset))
      .catch(() => undefined);
    const seen = wanted?.kind === 'page' ? wanted.content.value : undefined;
    if (value !== seen) wrong.push(`page ${page} of domain ${domain} holds ${value}, and not ${seen}`);
    for (const write of [false, true]) {
      const access = { domain, address: at(page, offset), bytes: 4, write };
      const explanation = await memory.explain(processor, access);
      for (const [field, is] of Object.entries(explanationOf(wanted, write)))
        if (explanation[field as keyof Explanation] !== is)
          wrong.push(`page ${page} of domain ${domain}: ${JSON.stringify(explanation)} instead of ${is}`);
    }
  }
  return wrong;
};
