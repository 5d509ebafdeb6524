import { test } from 'vitest';
import { reference } from '../../rtl/hdl/expression.ts';
import type { Module } from '../../rtl/hdl/ir.ts';
import { memoryPathProofs } from '../../rtl/memory-path/proofs.ts';
import { editInstance } from '../mutation/edit-instance.ts';
import { constantLike, signalNamed } from '../mutation/places.ts';
import { changeValues, mentionOf } from '../mutation/values.ts';
import { mistakesAreFound, mistakeTimeout } from './planted-mistakes.ts';

const isFound = mistakesAreFound(memoryPathProofs, 12);

/** A mistake in one instance, or the same one in several. */
const mistakeIn =
  (change: (module: Module) => Module, ...paths: readonly string[]) =>
  (top: Module): Module =>
    paths.reduce((module, path) => editInstance(module, path.split('.'), change), top);
/** A signal that is another one. */
const takenFor =
  (name: string, other: string, count = 1) =>
  (module: Module) =>
    changeValues(module, name, () => mentionOf(module, other), count);
const alwaysZero = (name: string) => (module: Module) => changeValues(module, name, (value) => constantLike(value, 0n));

const thorough = process.env.PORTCULLIS_THOROUGH === '1';

/** A mistake in the hardware, the property that must find it, and whether that is in every run. */
const mistakes = [
  [
    'requests of all forms go as plain ones',
    'the way of every form',
    mistakeIn(takenFor('plain_asks', 'may_enter'), 'path.write_bursts'),
    "an encrypted write is under an identifier of the path's own, a plain one under the processor's",
    false,
  ],
  [
    'requests of a form that cannot be used go to memory',
    'the way of every form',
    mistakeIn(takenFor('plain_asks', 'may_enter'), 'path.write_bursts'),
    'no write of a form that cannot be used reaches memory',
    false,
  ],
  [
    'reads take the key slot 0',
    'the way of every form',
    mistakeIn(alwaysZero('fill_key'), 'path.read_requests'),
    'a block to decrypt: under the key of its form',
    false,
  ],
  [
    'an encrypted write is sent as it came',
    'no plain data of an encrypted access at memory',
    mistakeIn(takenFor('piece_beat_data', 'plain_beat_data'), 'path.write_launch'),
    'no plain data of an encrypted access at memory',
    true,
  ],
  [
    'a decrypted beat stays in the output register',
    'no plain data of an encrypted access at memory',
    mistakeIn(
      (module) =>
        changeValues(
          module,
          'r_out_payload_data',
          () => mentionOf(module, 'r_out_payload_data'),
          1,
          ({ kind }) => kind === 'constant',
        ),
      'path.read_slots',
    ),
    'read data: an empty output register is zero',
    false,
  ],
  [
    'the tweak is not added after the cipher',
    'what the encryption shows',
    mistakeIn(takenFor('aes_block', 'aes_engine_to_block'), 'sealing.engines'),
    'what is shown of a block is what the cipher gave for it',
    true,
  ],
  [
    'a key register reads back',
    'keys cannot be read',
    mistakeIn(
      (module) =>
        changeValues(module, 'rdata', ({ location }) =>
          reference(signalNamed(module, 'settings_key_3_word'), location),
        ),
      'one.registers',
      'other.registers',
    ),
    's_axil_rdata tells nothing of keys',
    false,
  ],
] as const;

test.each(mistakes.filter(([, , , , always]) => thorough || always))(
  '%s: fails a proof',
  (_mistake, proof, change, property) => isFound({ proof, property, change }),
  mistakeTimeout,
);
