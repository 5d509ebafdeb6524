/** The part of the WebAssembly JavaScript interface that is used here; the compiler's `lib` for servers leaves it out. */

interface WebAssemblyInterface {
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (module: object) => { readonly exports: Readonly<Record<string, unknown>> };
}

export interface GeneratedExports {
  readonly buffer: ArrayBuffer;
  settle(): void;
  run(
    cycles: number,
    input: number,
    inputStride: number,
    output: number,
    outputStride: number,
    checksum: number,
  ): number;
}

export const instantiate = (bytes: Uint8Array<ArrayBuffer>): GeneratedExports => {
  const runtime: WebAssemblyInterface = Reflect.get(globalThis, 'WebAssembly');
  const { memory, settle, run } = new runtime.Instance(new runtime.Module(bytes)).exports;
  const buffer: unknown = typeof memory === 'object' && memory !== null ? Reflect.get(memory, 'buffer') : undefined;
  if (!(buffer instanceof ArrayBuffer) || typeof settle !== 'function' || typeof run !== 'function') {
    throw new Error('the generated WebAssembly module lacks an export');
  }
  return {
    buffer,
    settle: () => {
      settle();
    },
    run: (...parameters) => run(...parameters) >>> 0,
  };
};
