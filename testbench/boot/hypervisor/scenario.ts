/** The statement `hypervisor`: domains, what they run, and the programs of domain 0. */
import type { DomainRequest } from '../../../model/hypervisor/guest/index.ts';
import { contentSteps } from '../content-steps.ts';
import { choice, flag, number, readForm, text } from '../forms.ts';
import { usualLimit } from '../limits.ts';
import { refuse, refuseWord, type Statement } from '../statement.ts';
import { type StepReader, stepsOf } from '../step-reader.ts';
import { type GuestScene, type GuestStep, guestSteps } from './guest-steps.ts';
import { type HostileGuest, hostileGuests } from './hostile.ts';
import { type FileScene, fileSteps } from './shares.ts';
import { type TrustedScene, trustedSteps } from './trusted-steps.ts';
import type { World } from './world.ts';

/** A guest that mounts what it is told of: it has memory and files, and waits for programs alone. */
export interface SharingScene extends FileScene {
  readonly world: World;
  readonly memory: GuestScene['guest']['memory'];
}

export interface DomainPart {
  readonly statement: Statement;
  readonly name: string;
  readonly request: DomainRequest;
  readonly hostile: HostileGuest | undefined;
  readonly steps: readonly GuestStep[];
  /** Instead of steps, of one that mounts. */
  readonly sharing: readonly ((scene: SharingScene) => Promise<void>)[] | undefined;
}

export interface TrustedPart {
  readonly statement: Statement;
  readonly name: string;
  readonly steps: readonly ((scene: TrustedScene) => Promise<void>)[];
}

export interface HypervisorPart {
  readonly statement: Statement;
  readonly pages: number | undefined;
  readonly store: boolean;
  /** Cycle in which what has not ended is given up. */
  readonly limit: number;
  readonly domains: readonly DomainPart[];
  readonly trusted: readonly TrustedPart[];
}

const readGuest = stepsOf<GuestScene>(
  guestSteps,
  ({ world }) => world.ended,
  async ({ guest, calls }, end) => {
    // A guest's time goes on while it waits for what is no event.
    let ended = false;
    void end.then(() => {
      ended = true;
    });
    while (!ended) await calls.block(guest.now + 2000);
  },
  (scene, statement) => scene.begins(statement),
);
const readTrusted = stepsOf<TrustedScene>(
  trustedSteps,
  ({ world }) => world.ended,
  ({ domain0 }, end) => domain0.thread.suspend(end),
  (scene, statement) => scene.begins(statement),
);
const readSharing = stepsOf<SharingScene>(
  {
    ...fileSteps,
    ...Object.fromEntries(
      Object.entries(contentSteps).map(([name, read]): [string, StepReader<SharingScene>] => [
        name,
        (statement) => {
          const step = read(statement);
          return ({ memory, judge }) => step({ space: memory, judge });
        },
      ]),
    ),
  },
  ({ world }) => world.ended,
  (_, end) => end,
  (scene, statement) => scene.begins(statement),
);

const readDomain = (statement: Statement): DomainPart => {
  const {
    domain: name,
    runs,
    files,
    ...how
  } = readForm(statement, {
    places: { domain: text },
    needs: { pages: number },
    may: {
      maximum: number,
      copies: choice('first', 'second', 'both'),
      form: number,
      weight: number,
      runs: choice(...(Object.keys(hostileGuests) as HostileGuest[])),
      files: flag,
    },
    block: true,
  });
  const { pages, maximum = pages } = how;
  if (maximum < pages) throw refuse(statement, `maximum= is ${maximum}, but the domain begins with ${pages} pages`);
  if (runs !== undefined && statement.body.length > 0)
    throw refuse(statement.body[0]!, `'${name}' runs ${runs}; take runs= away to write steps`);
  return {
    statement,
    name,
    request: {
      processors: 1,
      weight: how.weight ?? 256,
      copies: how.copies ?? 'both',
      form: how.form ?? 0,
      grantPages: 1,
      pages,
      maximum,
    },
    hostile: runs,
    steps: runs === undefined && files !== true ? readGuest(statement) : [],
    sharing: files === true ? readSharing(statement) : undefined,
  };
};

const readTrustedProgram = (statement: Statement): TrustedPart => {
  const { name } = readForm(statement, { places: { name: text }, block: true });
  return { statement, name, steps: readTrusted(statement) };
};

/** Reads `hypervisor` and what stands below it. @throws ScenarioError */
export const readHypervisor = (statement: Statement): HypervisorPart => {
  const {
    pages,
    store,
    limit = usualLimit,
  } = readForm(statement, {
    may: { pages: number, store: flag, limit: number },
    block: true,
  });
  const domains: DomainPart[] = [];
  const trusted: TrustedPart[] = [];
  for (const below of statement.body) {
    const word = below.words[0] ?? '';
    if (word !== 'domain' && word !== 'trusted')
      throw refuseWord(below, 'part of a hypervisor', word, ['domain', 'trusted']);
    const name = below.words[1];
    const same = [...domains, ...trusted].find((other) => other.name === name);
    if (same !== undefined) throw refuse(below, `there is a '${name}' in line ${same.statement.line} already`);
    if (word === 'domain') domains.push(readDomain(below));
    else trusted.push(readTrustedProgram(below));
  }
  if (trusted.length === 0)
    throw refuse(
      statement,
      "nobody starts its domains; add 'trusted NAME' below it, with steps such as 'start DOMAIN'",
    );
  return { statement, pages, store: store ?? false, limit, domains, trusted };
};
