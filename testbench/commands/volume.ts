import { resolve } from 'node:path';
import { askServer } from '../../model/snapshot/host/control.ts';
import type { HostVolumeOptions } from '../../model/snapshot/host/host-volume.ts';
import { importChain } from '../../model/snapshot/host/increments.ts';
import type { VolumeAnswer, VolumeRequest } from '../../model/snapshot/host/requests.ts';
import { changeVolume, serveVolume } from '../../model/snapshot/host/serve.ts';
import type { Policy } from '../../model/snapshot/superblock.ts';
import { readAddress, writeAddress } from './address.ts';
import { UsageError, unknownChoice } from './errors.ts';
import { numberOption } from './numbers.ts';
import { bytesOption, closeOnSignal, explainAddress } from './servers.ts';
import { type Answer, type Arguments, optionOf, type Verb } from './verb.ts';
import { refuseOthers, serverOptions } from './volume-served.ts';
import { describeVolume, tellHowFar } from './volume-text.ts';
import { type Action, readWords } from './volume-words.ts';

const hostOptions = (given: Arguments): HostVolumeOptions => ({
  store: optionOf(given, 'store'),
  blockSize: bytesOption(given, 'block-size'),
  places: optionOf(given, 'places') === undefined ? undefined : numberOption(given, 'places', 32),
  limit: bytesOption(given, 'store-limit') ?? Number.POSITIVE_INFINITY,
  size: bytesOption(given, 'size'),
  adopt: given.flags.has('adopt'),
});

const serve = async (file: string, given: Arguments): Promise<Answer> => {
  const address = readAddress(optionOf(given, 'listen') ?? '127.0.0.1:10809');
  const served = await serveVolume(file, address, hostOptions(given)).catch((error: unknown) => {
    throw explainAddress(error, writeAddress(address));
  });
  closeOnSignal(() => served.close());
  const at = served.address;
  const listen = typeof at === 'string' ? `unix:${at}` : writeAddress({ host: at.address, port: at.port });
  const uri = typeof at === 'string' ? `nbd+unix:///?socket=${at}` : `nbd://${listen}`;
  const { size, blockSize, snapshots } = served.description;
  const exported = ['', ...snapshots.filter(({ state }) => state === 'live').map(({ name }) => name)];
  // The server goes on after this answer, until a signal ends it.
  return {
    value: { file, listen, uri, store: served.store, size, blockSize, exports: exported },
    text: `Serving ${file} (${size.toLocaleString('en-US')} bytes) at ${uri}, with ${exported.length - 1} snapshots; end with Ctrl-C or SIGTERM.`,
    code: 0,
  };
};

/** Makes a file of copies that `export` wrote. */
const importing = async (path: string, full: string, differences: readonly string[]): Promise<Answer> => {
  const chain = [full, ...differences];
  const { size } = await importChain(path, chain);
  return {
    value: { file: path, size, chain },
    text: `Made ${path} (${size.toLocaleString('en-US')} bytes) from ${chain.length === 1 ? 'a full copy' : `a full copy and ${chain.length - 1} differences`}.`,
    code: 0,
  };
};

const policyOf = (given: Arguments): Policy => {
  const policy = optionOf(given, 'policy') ?? 'break';
  if (policy !== 'break' && policy !== 'hold') throw unknownChoice('policy', policy, ['break', 'hold']);
  return policy;
};

const requestOf = (action: Exclude<Action, 'import'>, name: string, to: string, given: Arguments): VolumeRequest => {
  switch (action) {
    case 'list':
      return { do: action };
    case 'snapshot':
      return { do: action, name, policy: policyOf(given) };
    case 'export':
      return { do: action, name, since: optionOf(given, 'since') ?? null, to: resolve(to) };
    default:
      return { do: action, name };
  }
};

/** What the server of a file answers or, where nobody serves it, this process. */
const answerOf = async (file: string, asked: VolumeRequest, given: Arguments): Promise<VolumeAnswer> => {
  const options = hostOptions(given);
  const any = serverOptions.some((name) => given.flags.has(name) || optionOf(given, name) !== undefined);
  const suits = any ? (served: VolumeAnswer): Promise<void> => refuseOthers(file, served, options) : null;
  const answer = await askServer(file, asked, suits);
  if (answer !== null) return answer;
  const { tell, end } = tellHowFar(asked);
  try {
    return await changeVolume(file, asked, options, tell);
  } finally {
    end();
  }
};

/** Removes snapshots one after another; none, unless all are there. */
const deleting = async (file: string, names: readonly string[], given: Arguments): Promise<VolumeAnswer> => {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new UsageError(`'${twice}' is named twice; name it once.`);
  if (names.length > 1) {
    const { snapshots } = await answerOf(file, { do: 'list' }, given);
    const isThere = (name: string): boolean => snapshots.some((one) => one.name === name && one.state !== 'going');
    const none = names.find((name) => !isThere(name));
    if (none !== undefined) throw new UsageError(`There is no snapshot '${none}', and none of the others was removed.`);
  }
  let answer: VolumeAnswer | null = null;
  for (const name of names) answer = await answerOf(file, { do: 'delete', name }, given);
  return answer!;
};

export const volume: Verb = {
  name: 'volume',
  summary: 'Serve a file over NBD while snapshots of it are taken, read, removed and restored',
  args: {
    file: {
      type: 'positional',
      required: true,
      description:
        'File to serve; or snapshot, list, delete, restore or export, followed by the file, served or not, and a name; or import',
    },
    of: { type: 'positional', required: false, description: 'After one of these words: the file' },
    name: {
      type: 'positional',
      required: false,
      description: 'The name of the snapshot, after delete also several; after import: a full copy',
    },
    to: { type: 'positional', required: false, description: 'After export: the file to write a copy to' },
    then: {
      type: 'string',
      valueHint: 'COPY',
      description: 'With import: a copy of the differences that follow, as often as there are',
    },
    since: {
      type: 'string',
      valueHint: 'NAME',
      description: 'With export: an older snapshot. The copy holds what changed after it; all when left out',
    },
    listen: {
      type: 'string',
      valueHint: 'ADDRESS',
      description:
        'unix:PATH or HOST:PORT; 127.0.0.1:10809 when left out. Whoever reaches it may read and write the file',
    },
    size: {
      type: 'string',
      valueHint: 'BYTES',
      description: 'Make the file with this size when it is not there, as in 10G',
    },
    store: {
      type: 'string',
      valueHint: 'PATH',
      description: 'Where the snapshots are kept; FILE.snapshots when left out',
    },
    'store-limit': {
      type: 'string',
      valueHint: 'BYTES',
      description: 'Most bytes of content that the store may hold; no limit when left out',
    },
    'block-size': {
      type: 'string',
      valueHint: 'BYTES',
      description: 'Unit of copying, for a new store; 64K when left out',
    },
    places: {
      type: 'string',
      valueHint: 'N',
      description: 'Most snapshots at a time, for a new store; 32 when left out',
    },
    adopt: {
      type: 'boolean',
      description: 'Take the file to be the volume of a store that says it is not, or cannot tell',
    },
    policy: {
      type: 'string',
      valueHint: 'break|hold',
      description:
        'With snapshot: what happens when the store is full. The snapshot breaks, or writes wait; break when left out',
    },
  },
  countsPlain: true,
  async run(given): Promise<Answer> {
    const { action, plain } = readWords(given);
    const [file, name = '', to = ''] = plain;
    if (action === null) return serve(file, given);
    if (action === 'import') return importing(file, name, given.options.then ?? []);
    const value =
      action === 'delete'
        ? await deleting(file, plain.slice(1), given)
        : await answerOf(file, requestOf(action, name, to, given), given);
    return { value, text: describeVolume(value), code: 0 };
  },
};
