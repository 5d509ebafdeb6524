import type { VolumeAnswer, VolumeRequest } from '../../model/snapshot/host/requests.ts';
import { type Progress, startProgress } from './progress.ts';
import { table } from './table.ts';

/** What gives writes that wait the room that they wait for; they do so only while the volume is served. */
const makingRoom = ({ store, storeLimit }: VolumeAnswer): string =>
  storeLimit === null
    ? `remove a snapshot, or make room in the file system of ${store}`
    : `remove a snapshot, or end the server and serve the file with a higher --store-limit than its ${storeLimit.toLocaleString('en-US')} bytes`;

/** What `volume` says of a volume and its snapshots, to a person. */
export const describeVolume = (answer: VolumeAnswer): string => {
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
          `${heldWrites === 1 ? 'A write waits' : `${heldWrites} writes wait`} for room in the store: ${makingRoom(answer)}.`,
        ]),
    ...(restoring === null
      ? []
      : [`Restoring '${restoring.name}': ${restoring.bytesPending.toLocaleString('en-US')} bytes to go.`]),
    ...(stalled === null ? [] : [`The background work stands still: ${stalled}.`]),
  ].join('\n');
};

/** Bytes that are yet to be copied for the snapshot that was asked for, or to be restored. */
const bytesLeft = (asked: VolumeRequest, answer: VolumeAnswer): number =>
  asked.do === 'snapshot'
    ? (answer.snapshots.find(({ name }) => name === asked.name)?.bytesInSource ?? 0)
    : (answer.restoring?.bytesPending ?? 0);

/** Tells on standard error how far a copy or a restore is, where it takes long. */
export const tellHowFar = (asked: VolumeRequest): { tell(answer: VolumeAnswer): void; end(): void } => {
  let progress: Progress | null = null;
  return {
    tell: (answer) => {
      progress ??= startProgress(asked.do === 'snapshot' ? 'Copying' : 'Restoring', answer.size, 'bytes');
      progress.update(answer.size - bytesLeft(asked, answer));
    },
    end: () => progress?.finish(),
  };
};
