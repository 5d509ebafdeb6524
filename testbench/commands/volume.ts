import { resolve } from 'node:path';
import { askServer } from '../../model/snapshot/host/control.ts';
import type { HostVolumeOptions } from '../../model/snapshot/host/host-volume.ts';
import { importChain } from '../../model/snapshot/host/increments.ts';
import type { VolumeAnswer, VolumeRequest } from '../../model/snapshot/host/requests.ts';
import { changeVolume, serveVolume } from '../../model/snapshot/host/serve.ts';
import { readAddress, writeAddress } from './address.ts';
import { UsageError, unknownChoice } from './errors.ts';
import { numberOption } from './numbers.ts';
import { bytesOption, closeOnSignal, explainAddress } from './servers.ts';
import { table } from './table.ts';
import { type Answer, type Arguments, optionOf, type Verb } from './verb.ts';

const actions = ['snapshot', 'list', 'delete', 'restore', 'export', 'import'] as const;
type Action = (typeof actions)[number];
const isAction = (word: string): word is Action => (actions as readonly string[]).includes(word);

const needed = (word: string | undefined, what: string, example: string): string => {
  if (word === undefined) throw new UsageError(`'volume' needs ${what}, as in portcullis volume ${example}.`);
  return word;
};

const hostOptions = (given: Arguments): HostVolumeOptions => ({
  store: optionOf(given, 'store'),
  blockSize: bytesOption(given, 'block-size'),
  places: optionOf(given, 'places') === undefined ? undefined : numberOption(given, 'places', 32),
  limit: bytesOption(given, 'store-limit') ?? Number.POSITIVE_INFINITY,
  size: bytesOption(given, 'size'),
  adopt: given.flags.has('adopt'),
});

const describe = (answer: VolumeAnswer): string => {
  const { snapshots, storeBytes, heldWrites, restoring, stalled, pauseMilliseconds, exported } = answer;
  const rows = snapshots.map(({ name, instant, state, policy, bytesInSource, bytesDamaged }) => [
    name,
    instant,
    state,
    policy,
    [
      bytesInSource === 0 ? 'stands alone' : `${bytesInSource.toLocaleString('en-US')} bytes to copy`,
      ...(bytesDamaged === 0 ? [] : [`${bytesDamaged.toLocaleString('en-US')} bytes damaged`]),
    ].join(', '),
  ]);
  return [
    snapshots.length === 0
      ? 'No snapshots.'
      : table([['snapshot', 'taken', 'state', 'store full', 'copy'], ...rows], Number.POSITIVE_INFINITY),
    `${storeBytes.toLocaleString('en-US')} bytes in the snapshot store.`,
    ...(pauseMilliseconds === undefined ? [] : [`Writes waited ${pauseMilliseconds} ms.`]),
    ...(exported === undefined
      ? []
      : [`Wrote ${exported.blocks.toLocaleString('en-US')} blocks, ${exported.bytes.toLocaleString('en-US')} bytes.`]),
    ...(heldWrites === 0
      ? []
      : [
          `${heldWrites === 1 ? 'A write waits' : `${heldWrites} writes wait`} for room in the store: remove a snapshot, or raise --store-limit.`,
        ]),
    ...(restoring === null
      ? []
      : [`Restoring '${restoring.name}': ${restoring.bytesPending.toLocaleString('en-US')} bytes to go.`]),
    ...(stalled === null ? [] : [`The background work stands still: ${stalled}.`]),
  ].join('\n');
};

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
const importing = async (given: Arguments): Promise<Answer> => {
  const [, file, full] = given.positionals;
  const path = needed(file, 'a file to make', 'import disk.img monday.copy');
  const chain = [needed(full, 'a full copy', 'import disk.img monday.copy'), ...(given.options.then ?? [])];
  const { size } = await importChain(path, chain);
  return {
    value: { file: path, size, chain },
    text: `Made ${path} (${size.toLocaleString('en-US')} bytes) from ${chain.length === 1 ? 'a full copy' : `a full copy and ${chain.length - 1} differences`}.`,
    code: 0,
  };
};

const request = (action: Exclude<Action, 'import'>, given: Arguments): VolumeRequest => {
  const [, , name, to] = given.positionals;
  if (action === 'list') return { do: action };
  const named = needed(name, 'the name of a snapshot', `${action} disk.img monday`);
  if (action === 'export') {
    const path = needed(to, 'a file to write', 'export disk.img monday monday.copy');
    return { do: action, name: named, since: optionOf(given, 'since') ?? null, to: resolve(path) };
  }
  if (action !== 'snapshot') return { do: action, name: named };
  const policy = optionOf(given, 'policy') ?? 'break';
  if (policy !== 'break' && policy !== 'hold') throw unknownChoice('policy', policy, ['break', 'hold']);
  return { do: action, name: named, policy };
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
      description: 'The name of the snapshot; after import: a full copy',
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
  async run(given): Promise<Answer> {
    const [first, second] = given.positionals;
    const word = needed(first, 'a file to serve', 'disk.img --listen unix:./disk.sock');
    if (!isAction(word)) {
      if (second !== undefined)
        throw new UsageError(
          `'volume' serves one file; '${second}' is one too many. ${unknownChoice('action', word, actions).message}`,
        );
      return serve(word, given);
    }
    if (word === 'import') return importing(given);
    const file = needed(second, 'a file', `${word} disk.img`);
    const asked = request(word, given);
    const value = (await askServer(file, asked)) ?? (await changeVolume(file, asked, hostOptions(given)));
    return { value, text: describe(value), code: 0 };
  },
};
