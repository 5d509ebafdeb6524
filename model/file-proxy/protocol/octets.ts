/**
 * A name as the file system keeps it: bytes, which need not be UTF-8. One character stands for one byte, so such texts compare, and serve as keys, byte by byte.
 * The brand keeps it apart from a text that a person reads.
 */
export type Octets = string & { readonly octets: unique symbol };

/** A text that people read, in UTF-8. */
export const octetsOf = (text: string): Octets => Buffer.from(text, 'utf8').toString('latin1') as Octets;

/** The text that UTF-8 octets spell; bytes that are no UTF-8 become U+FFFD, as Node's own file names do. */
export const textOf = (octets: Octets): string => Buffer.from(octets, 'latin1').toString('utf8');

export const octetsFromBytes = (bytes: Uint8Array): Octets =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1') as Octets;

export const bytesOf = (octets: Octets): Buffer => Buffer.from(octets, 'latin1');
