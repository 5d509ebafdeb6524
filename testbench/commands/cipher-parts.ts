/** The ciphers of the memory path, each to be generated and measured alone. */
import { aes, aesParameterSchema, aesParameters } from '../../rtl/parts/cipher/aes.ts';
import { aesKeyExpansion } from '../../rtl/parts/cipher/aes-key-expansion.ts';
import { aesRound } from '../../rtl/parts/cipher/aes-round.ts';
import { aesSBox, sBoxConstructions } from '../../rtl/parts/cipher/aes-sbox.ts';
import { prince, princeParameterSchema, princeParameters } from '../../rtl/parts/cipher/prince.ts';
import { xts, xtsParameterSchema, xtsParameters } from '../../rtl/parts/cipher/xts.ts';
import { checkParameters, parameters } from '../../rtl/parts/parameters.ts';
import type { Block } from './blocks.ts';

const sBoxSchema = parameters({
  direction: { kind: 'choice', choices: ['forward', 'inverse'], default: 'forward', description: 'Which S-box.' },
  construction: {
    kind: 'choice',
    choices: sBoxConstructions,
    default: 'gates',
    description: 'A circuit of gates, or a table that is left to synthesis.',
  },
});

const expansionSchema = parameters({
  construction: aesParameterSchema.construction,
  slots: aesParameterSchema.slots,
});

const roundSchema = parameters({
  direction: aesParameterSchema.direction,
  construction: aesParameterSchema.construction,
  last: {
    kind: 'choice',
    choices: ['never', 'sometimes', 'always'],
    default: 'never',
    description: "Whether it mixes no columns, as the last round does; 'sometimes' makes that an input.",
  },
  skips: { kind: 'flag', default: false, description: 'Whether a block of a shorter key can skip it.' },
});

const part = { whole: false, quick: 'left out', registers: () => null } as const;

export const cipherParts: readonly Block[] = [
  {
    ...part,
    name: 'aes_sbox',
    summary: 'The AES S-box or its inverse',
    schema: sBoxSchema,
    parameters: (values) => checkParameters(sBoxSchema, values, 'aes_sbox'),
    definition: (values) => aesSBox(checkParameters(sBoxSchema, values, 'aes_sbox')),
  },
  {
    ...part,
    name: 'aes_round',
    summary: 'A round of AES in one direction: the logic between two registers of the engine',
    schema: roundSchema,
    parameters: (values) => checkParameters(roundSchema, values, 'aes_round'),
    definition: (values) => aesRound(checkParameters(roundSchema, values, 'aes_round')),
  },
  {
    ...part,
    name: 'aes_key_expansion',
    summary: 'The key expansion of AES-128 and AES-256, one round key a cycle',
    schema: expansionSchema,
    parameters: (values) => checkParameters(expansionSchema, values, 'aes_key_expansion'),
    definition: (values) => aesKeyExpansion(checkParameters(expansionSchema, values, 'aes_key_expansion')),
  },
  {
    ...part,
    name: 'aes',
    summary: 'AES-128 and AES-256 in one direction, from one round in hardware to one block a cycle',
    schema: aesParameterSchema,
    parameters: (values) => aesParameters(values),
    definition: (values) => aes(aesParameters(values)),
  },
  {
    ...part,
    name: 'xts',
    summary: 'XTS-AES-128 and XTS-AES-256 in one direction: two AES engines and the tweak',
    schema: xtsParameterSchema,
    parameters: (values) => xtsParameters(values),
    definition: (values) => xts(xtsParameters(values)),
  },
  {
    ...part,
    name: 'prince',
    summary: 'PRINCE, a block of 64 bits a cycle',
    schema: princeParameterSchema,
    parameters: (values) => princeParameters(values),
    definition: (values) => prince(princeParameters(values)),
  },
];
