/** Numbers of the Network Block Device protocol (doc/proto.md of NetworkBlockDevice/nbd). */
export const magics = {
  server: Buffer.from('NBDMAGICIHAVEOPT', 'latin1'),
  option: 0x49484156454f5054n,
  optionReply: 0x0003_e889_0455_65a9n,
  request: 0x2560_9513,
  simpleReply: 0x6744_6698,
  structuredReply: 0x668e_33ef,
} as const;

export const handshakeFlags = { fixedNewstyle: 1, noZeroes: 2 } as const;

export const options = {
  exportName: 1,
  abort: 2,
  list: 3,
  info: 6,
  go: 7,
  structuredReply: 8,
  listMetaContext: 9,
  setMetaContext: 10,
} as const;

export const optionReplies = {
  acknowledged: 1,
  server: 2,
  info: 3,
  metaContext: 4,
  unsupported: 0x8000_0001,
  invalid: 0x8000_0003,
  unknown: 0x8000_0006,
  tooBig: 0x8000_0009,
} as const;

export const infos = { export: 0, name: 1, description: 2, blockSize: 3 } as const;

export const transmissionFlags = {
  hasFlags: 1,
  readOnly: 2,
  flush: 4,
  fua: 8,
  trim: 32,
  writeZeroes: 64,
  df: 128,
  multiConnection: 256,
  cache: 1024,
} as const;

export const commands = {
  read: 0,
  write: 1,
  disconnect: 2,
  flush: 3,
  trim: 4,
  cache: 5,
  writeZeroes: 6,
  blockStatus: 7,
} as const;

export const commandFlags = { fua: 1, noHole: 2, df: 4, requestOne: 8 } as const;

export const chunks = { none: 0, data: 1, blockStatus: 5, error: 0x8001 } as const;

export const errors = { EPERM: 1, EIO: 5, EINVAL: 22, ENOSPC: 28, ESHUTDOWN: 108 } as const;

export const requestSize = 28;
/** Most bytes of a request's data, in both directions. */
export const longestRequest = 32 * 2 ** 20;
export const longestOption = 65_536;
export const mostOptions = 1000;
/** Names are at most this long in the protocol. */
export const longestString = 4096;
