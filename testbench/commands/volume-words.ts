/** What each action of `volume` takes: its plain arguments and its options. */
import { UsageError, unknownChoice } from './errors.ts';
import type { Arguments } from './verb.ts';

const actions = ['snapshot', 'list', 'delete', 'restore', 'export', 'import'] as const;
export type Action = (typeof actions)[number];

interface Words {
  /** Plain arguments after the action, in order, as an error calls them. */
  readonly plain: readonly string[];
  /** The last plain argument may be repeated. */
  readonly repeats?: true;
  readonly options: readonly string[];
  readonly example: string;
  /** What to write instead of a plain argument that is one too many. */
  readonly instead: (word: string) => string;
}

const ofStore = ['store', 'store-limit', 'adopt'];
const ofNewStore = ['block-size', 'places'];
const oneAtATime = (action: string) => (word: string) =>
  `one snapshot at a time; '${word}' goes into another 'volume ${action}'`;

/** Without an action: a file is served. */
const serving: Words = {
  plain: ['a file to serve'],
  options: ['listen', 'size', ...ofStore, ...ofNewStore],
  example: 'disk.img --listen unix:./disk.sock',
  instead: () => 'one file; each has a server of its own',
};

const named = ['a file', 'the name of a snapshot'];
const words: Readonly<Record<Action, Words>> = {
  snapshot: {
    plain: named,
    options: ['policy', ...ofStore, ...ofNewStore],
    example: 'snapshot disk.img monday',
    instead: oneAtATime('snapshot'),
  },
  list: {
    plain: ['a file'],
    options: ['store', 'adopt'],
    example: 'list disk.img',
    instead: () => 'one file, and lists all of its snapshots',
  },
  delete: { plain: named, repeats: true, options: ofStore, example: 'delete disk.img monday', instead: () => '' },
  restore: { plain: named, options: ofStore, example: 'restore disk.img monday', instead: oneAtATime('restore') },
  export: {
    plain: [...named, 'a file to write'],
    options: ['since', ...ofStore],
    example: 'export disk.img monday monday.copy',
    instead: () => 'one snapshot and one file to write; differences from an older one are asked for with --since NAME',
  },
  import: {
    plain: ['a file to make', 'a full copy'],
    options: ['then'],
    example: 'import disk.img monday.copy',
    instead: (word) => `one full copy; the differences after it are written --then ${word}`,
  },
};

const isAction = (word: string): word is Action => (actions as readonly string[]).includes(word);
/** Of every verb. */
const common = ['json', 'help'];

/** What was asked, with all of its plain arguments: `action` null to serve the file. */
export interface Asked {
  readonly action: Action | null;
  readonly plain: readonly [string, ...(readonly string[])];
}

const checkOptions = (given: Arguments, what: string, { options }: Words): void => {
  for (const name of [...Object.keys(given.options), ...given.flags]) {
    if (common.includes(name) || options.includes(name)) continue;
    const takers = actions.filter((action) => words[action].options.includes(name));
    const others = [
      ...(serving.options.includes(name) ? ['serving a file'] : []),
      ...takers.map((action) => `'volume ${action}'`),
    ];
    throw new UsageError(
      `${what} does not take --${name}, which goes with ${others.join(', ')}; leave it out. It takes ${options.map((option) => `--${option}`).join(', ')}.`,
    );
  }
  for (const [name, values] of Object.entries(given.options))
    if (values.length > 1 && name !== 'then')
      throw new UsageError(`Option --${name} is given ${values.length} times; give it once.`);
};

/** Which action is asked for, held to what it takes. @throws UsageError saying what to write instead */
export const readWords = (given: Arguments): Asked => {
  const [first, ...rest] = given.positionals;
  const action = first !== undefined && isAction(first) ? first : null;
  const taken = action === null ? serving : words[action];
  const plain = action === null ? given.positionals : rest;
  const missing = taken.plain[plain.length];
  if (missing !== undefined)
    throw new UsageError(
      `'volume${action === null ? '' : ` ${action}`}' needs ${missing}, as in portcullis volume ${taken.example}.`,
    );
  const extra = plain[taken.plain.length];
  if (extra !== undefined && taken.repeats === undefined) {
    if (action === null)
      throw new UsageError(
        `'volume' serves one file; '${extra}' is one too many. ${unknownChoice('action', plain[0]!, actions).message}`,
      );
    throw new UsageError(`'volume ${action}' takes ${taken.instead(extra)}.`);
  }
  checkOptions(given, action === null ? "'volume FILE'" : `'volume ${action}'`, taken);
  return { action, plain: plain as unknown as Asked['plain'] };
};
