/** Published vectors, each with its source. Bytes in hexadecimal, the first byte first. */

export interface BlockVector {
  readonly source: string;
  readonly key: string;
  readonly plain: string;
  readonly cipher: string;
}

const zeroKey = '00'.repeat(16);
const zeroLongKey = '00'.repeat(32);
const zeroBlock = '00'.repeat(16);

const sp800Key = '2b7e151628aed2a6abf7158809cf4f3c';
const sp800LongKey = '603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4';
const sp800Plain = [
  '6bc1bee22e409f96e93d7e117393172a',
  'ae2d8a571e03ac9c9eb76fac45af8e51',
  '30c81c46a35ce411e5fbc1191a0a52ef',
  'f69f2445df4f9b17ad2b417be66c3710',
];

const list = (
  source: string,
  key: string,
  pairs: readonly (readonly [plain: string | undefined, cipher: string])[],
): BlockVector[] => pairs.map(([plain, cipher]) => ({ source, key, plain: plain ?? zeroBlock, cipher }));

export const aesVectors: readonly BlockVector[] = [
  {
    source: 'FIPS 197, B',
    key: sp800Key,
    plain: '3243f6a8885a308d313198a2e0370734',
    cipher: '3925841d02dc09fbdc118597196a0b32',
  },
  {
    source: 'FIPS 197, C.1',
    key: '000102030405060708090a0b0c0d0e0f',
    plain: '00112233445566778899aabbccddeeff',
    cipher: '69c4e0d86a7b0430d8cdb78070b4c55a',
  },
  {
    source: 'FIPS 197, C.3',
    key: '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f',
    plain: '00112233445566778899aabbccddeeff',
    cipher: '8ea2b7ca516745bfeafc49904b496089',
  },
  ...list('SP 800-38A, F.1.1', sp800Key, [
    [sp800Plain[0], '3ad77bb40d7a3660a89ecaf32466ef97'],
    [sp800Plain[1], 'f5d3d58503b9699de785895a96fdbaaf'],
    [sp800Plain[2], '43b1cd7f598ece23881b00e3ed030688'],
    [sp800Plain[3], '7b0c785e27e8ad3f8223207104725dd4'],
  ]),
  ...list('SP 800-38A, F.1.5', sp800LongKey, [
    [sp800Plain[0], 'f3eed1bdb5d2a03c064b5a7e3db181f8'],
    [sp800Plain[1], '591ccb10d410ed26dc5ba74a31362870'],
    [sp800Plain[2], 'b6ed21b99ca6f4f9f153e7b1beafed1d'],
    [sp800Plain[3], '23304b7a39f9f3ff067d8d8f9e24ecc7'],
  ]),
  ...list('AESAVS, GFSbox, 128', zeroKey, [
    ['f34481ec3cc627bacd5dc3fb08f273e6', '0336763e966d92595a567cc9ce537f5e'],
    ['9798c4640bad75c7c3227db910174e72', 'a9a1631bf4996954ebc093957b234589'],
    ['96ab5c2ff612d9dfaae8c31f30c42168', 'ff4f8391a6a40ca5b25d23bedd44a597'],
    ['6a118a874519e64e9963798a503f1d35', 'dc43be40be0e53712f7e2bf5ca707209'],
    ['cb9fceec81286ca3e989bd979b0cb284', '92beedab1895a94faa69b632e5cc47ce'],
    ['b26aeb1874e47ca8358ff22378f09144', '459264f4798f6a78bacb89c15ed3d601'],
    ['58c8e00b2631686d54eab84b91f0aca1', '08a4e2efec8a8e3312ca7460b9040bbf'],
  ]),
  ...list('AESAVS, GFSbox, 256', zeroLongKey, [
    ['014730f80ac625fe84f026c60bfd547d', '5c9d844ed46f9885085e5d6a4f94c7d7'],
    ['0b24af36193ce4665f2825d7b4749c98', 'a9ff75bd7cf6613d3731c77c3b6d0c04'],
    ['761c1fe41a18acf20d241650611d90f1', '623a52fcea5d443e48d9181ab32c7421'],
    ['8a560769d605868ad80d819bdba03771', '38f2c7ae10612415d27ca190d27da8b4'],
    ['91fbef2d15a97816060bee1feaa49afe', '1bc704f1bce135ceb810341b216d7abe'],
  ]),
  ...list('AESAVS, KeySbox, 128', '10a58869d74be5a374cf867cfb473859', [
    [undefined, '6d251e6944b051e04eaa6fb4dbf78465'],
  ]),
  ...list('AESAVS, KeySbox, 256', 'c47b0294dbbbee0fec4757f22ffeee3587ca4730c3d33b691df38bab076bc558', [
    [undefined, '46f2fb342d6f0ab477476fc501242c5f'],
  ]),
  ...list('AESAVS, VarKey, 128', '80000000000000000000000000000000', [[undefined, '0edd33d3c621e546455bd8ba1418bec8']]),
  ...list('AESAVS, VarKey, 256', `80${'00'.repeat(31)}`, [[undefined, 'e35a6dcb19b201a01ebcfa8aa22b5759']]),
  ...list('AESAVS, VarTxt, 128', zeroKey, [
    ['80000000000000000000000000000000', '3ad78e726c1ec02b7ebfe92b23d9ec34'],
    ['ffffffffffffffffffffffffffffffff', '3f5b8cc9ea855a0afa7347d23e8d664e'],
  ]),
  ...list('AESAVS, VarTxt, 256', zeroLongKey, [
    ['80000000000000000000000000000000', 'ddc6bf790c15760d8d9aeb6f9a75fd4e'],
    ['ffffffffffffffffffffffffffffffff', 'acdace8078a32b1a182bfa4987ca1347'],
  ]),
];

export interface PrinceVector {
  readonly plain: bigint;
  readonly k0: bigint;
  readonly k1: bigint;
  readonly cipher: bigint;
}

const ones = 0xffff_ffff_ffff_ffffn;

/** Borghoff et al. 2012, appendix A. */
export const princeVectors: readonly PrinceVector[] = [
  { plain: 0n, k0: 0n, k1: 0n, cipher: 0x818665aa0d02dfdan },
  { plain: ones, k0: 0n, k1: 0n, cipher: 0x604ae6ca03c20adan },
  { plain: 0n, k0: ones, k1: 0n, cipher: 0x9fb51935fc3df524n },
  { plain: 0n, k0: 0n, k1: ones, cipher: 0x78a54cbe737bb7efn },
  { plain: 0x0123456789abcdefn, k0: 0n, k1: 0xfedcba9876543210n, cipher: 0xae25ad3ca8fa9ccfn },
];

export interface XtsVector {
  /** Number of the vector in IEEE 1619, annex B. */
  readonly number: number;
  readonly key1: string;
  readonly key2: string;
  readonly unit: bigint;
  readonly plain: string;
  /** The first bytes of the ciphertext. */
  readonly cipher: string;
}

const counting = Array.from({ length: 512 }, (_, index) => (index % 256).toString(16).padStart(2, '0')).join('');
const e = '27182818284590452353602874713526';
const pi = '31415926535897932384626433832795';
const longE = '2718281828459045235360287471352662497757247093699959574966967627';
const longPi = '3141592653589793238462643383279502884197169399375105820974944592';
const fours = '44'.repeat(32);

/** Of the vectors with 512 bytes, the first two blocks; those that begin with the ciphertext of another one are left out, and those that end in a part of a block. */
export const xtsVectors: readonly XtsVector[] = [
  {
    number: 1,
    key1: zeroKey,
    key2: zeroKey,
    unit: 0n,
    plain: '00'.repeat(32),
    cipher: '917cf69ebd68b2ec9b9fe9a3eadda692cd43d2f59598ed858c02c2652fbf922e',
  },
  {
    number: 2,
    key1: '11'.repeat(16),
    key2: '22'.repeat(16),
    unit: 0x3333333333n,
    plain: fours,
    cipher: 'c454185e6a16936e39334038acef838bfb186fff7480adc4289382ecd6d394f0',
  },
  {
    number: 3,
    key1: 'fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0',
    key2: '22'.repeat(16),
    unit: 0x3333333333n,
    plain: fours,
    cipher: 'af85336b597afc1a900b2eb21ec949d292df4c047e0b21532186a5971a227a89',
  },
  {
    number: 4,
    key1: e,
    key2: pi,
    unit: 0n,
    plain: counting,
    cipher: '27a7479befa1d476489f308cd4cfa6e2a96e4bbe3208ff25287dd3819616e89c',
  },
  {
    number: 10,
    key1: longE,
    key2: longPi,
    unit: 0xffn,
    plain: counting,
    cipher: '1c3b3a102f770386e4836c99e370cf9bea00803f5e482357a4ae12d414a3e63b',
  },
  {
    number: 11,
    key1: longE,
    key2: longPi,
    unit: 0xffffn,
    plain: counting,
    cipher: '77a31251618a15e6b92d1d66dffe7b50b50bad552305ba0217a610688eff7e11',
  },
  {
    number: 12,
    key1: longE,
    key2: longPi,
    unit: 0xffffffn,
    plain: counting,
    cipher: 'e387aaa58ba483afa7e8eb469778317ecf4cf573aa9d4eac23f2cdf914e4e200',
  },
  {
    number: 13,
    key1: longE,
    key2: longPi,
    unit: 0xffffffffn,
    plain: counting,
    cipher: 'bf53d2dade78e822a4d949a9bc6766b01b06a8ef70d26748c6a7fc36d80ae4c5',
  },
  {
    number: 14,
    key1: longE,
    key2: longPi,
    unit: 0xffffffffffn,
    plain: counting,
    cipher: '64497e5a831e4a932c09be3e5393376daa599548b816031d224bbf50a818ed23',
  },
];
