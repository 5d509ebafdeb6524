/** A failing scenario as a file, and what `check --replay` makes of a file. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { readBytes } from '../captures/read-bytes.ts';
import { readCapture } from '../captures/read-capture.ts';
import { writePcap } from '../captures/write-pcap.ts';
import type { BlockParameters, BlockUnderTest } from './block.ts';
import { choiceAt, listAt, objectAt, ReplayError, textAt } from './json.ts';
import { type WayName, wayNames } from './way.ts';

export interface Replay<Scenario> {
  readonly parameters: BlockParameters;
  /** The ways between which it fails; null where the file does not say. */
  readonly ways: readonly WayName[] | null;
  /** The planted bug that it finds, if any. */
  readonly plant: string | null;
  readonly scenario: Scenario;
}

const write = (path: string, content: string | Uint8Array): void => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
};

export const writeReplay = <Scenario>(
  path: string,
  block: BlockUnderTest<Scenario>,
  replay: Replay<Scenario>,
): void => {
  const { parameters, ways, plant, scenario } = replay;
  write(
    path,
    `${JSON.stringify({ block: block.name, parameters, ways, plant, scenario: block.toJson(scenario) }, null, 2)}\n`,
  );
};

/** The frames of a scenario as a capture file. */
export const writeFrames = (path: string, frames: readonly Uint8Array[]): void => {
  // A microsecond apart, so that tools show them in order.
  write(path, writePcap(frames.map((data, index) => ({ data, timestampNanoseconds: BigInt(index) * 1000n }))));
};

/** Captures begin with a magic number, of which no byte begins JSON text. */
const looksLikeJson = (bytes: Uint8Array): boolean =>
  /^\s*[{[]/.test(Buffer.from(bytes.subarray(0, 64)).toString('latin1'));

/**
 * Reads what `writeReplay` wrote, or a capture whose frames are played back to back.
 * @param parameters those asked for; a replay file's own come first, since the scenario was found with them.
 * @throws ReplayError, CaptureError
 */
export const readReplay = <Scenario>(
  path: string,
  block: BlockUnderTest<Scenario>,
  parameters: BlockParameters,
): Replay<Scenario> => {
  const bytes = readBytes(path);
  if (!looksLikeJson(bytes)) {
    const scenario = block.fromCapture(parameters, readCapture(bytes, path).packets);
    if (scenario === null)
      throw new ReplayError(`${path}: ${block.name} takes no frames, so that it cannot play a capture`);
    return { parameters, ways: null, plant: null, scenario };
  }
  try {
    const file = objectAt(JSON.parse(Buffer.from(bytes).toString('utf8')), 'the file');
    if (file.block !== block.name)
      throw new ReplayError(`it is for the block '${String(file.block)}', not '${block.name}'`);
    return {
      parameters: block.resolve(objectAt(file.parameters, 'parameters') as BlockParameters),
      ways:
        file.ways === null || file.ways === undefined
          ? null
          : listAt(file.ways, 'ways', (way, at) => choiceAt(way, at, wayNames)),
      plant: file.plant === null || file.plant === undefined ? null : textAt(file.plant, 'plant'),
      scenario: block.fromJson(file.scenario),
    };
  } catch (error) {
    if (error instanceof SyntaxError) throw new ReplayError(`${path}: no JSON: ${error.message}`);
    if (error instanceof ReplayError) throw new ReplayError(`${path}: ${error.message}`);
    throw error;
  }
};
