/** A memory of 2^53 bytes, in pages of 4 KiB that are there when they are written. */
const pageBytes = 4096;

/** What a byte holds that nobody wrote: any value, but always the same. */
export const freshByte = (address: number): number => {
  const low = address % 2 ** 32;
  return (Math.imul(low ^ (low >>> 15) ^ Math.floor(address / 2 ** 32), 0x9e37_79b1) >>> 24) & 0xff;
};

/** What holds bytes, by their addresses. */
export interface Bytes {
  read(address: number): number;
  write(address: number, value: number): void;
}

export class Memory implements Bytes {
  private readonly pages = new Map<number, Uint8Array>();

  read(address: number): number {
    const page = this.pages.get(Math.floor(address / pageBytes));
    return page?.[address % pageBytes] ?? freshByte(address);
  }

  write(address: number, value: number): void {
    const number = Math.floor(address / pageBytes);
    let page = this.pages.get(number);
    if (page === undefined) {
      page = Uint8Array.from({ length: pageBytes }, (_, offset) => freshByte(number * pageBytes + offset));
      this.pages.set(number, page);
    }
    page[address % pageBytes] = value;
  }
}
