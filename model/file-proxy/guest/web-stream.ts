/** What an open file holds as a stream of the web, as Node's file handles give it. */
import { type ReadableByteStreamController, ReadableStream } from 'node:stream/web';

/** Bytes of a chunk: Node's own, of streams of buffers and of bytes. */
const chunkBytes = 65_536;
const viewBytes = 16_384;

/** Fills a view from where the file's own position is; 0 at its end, or once it is closed. */
type Read = (into: Uint8Array) => Promise<number>;

const ofBuffers = (read: Read): ReadableStream =>
  new ReadableStream({
    pull: async (controller) => {
      const chunk = new Uint8Array(chunkBytes);
      const count = await read(chunk);
      if (count === 0) controller.close();
      else controller.enqueue(count < chunkBytes ? chunk.buffer.slice(0, count) : chunk.buffer);
    },
  });

const ofBytes = (read: Read): ReadableStream =>
  new ReadableStream({
    type: 'bytes',
    autoAllocateChunkSize: viewBytes,
    pull: async (controller: ReadableByteStreamController) => {
      const request = controller.byobRequest!;
      const view = request.view!;
      const count = await read(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
      if (count === 0) controller.close();
      request.respond(count);
    },
  });

export const webStream = (read: Read, type: string | undefined): ReadableStream =>
  type === 'bytes' ? ofBytes(read) : ofBuffers(read);

/** Node's error where a handle gives no stream. */
export const invalidState = (why: string): Error =>
  Object.assign(new Error(`Invalid state: ${why}`), { code: 'ERR_INVALID_STATE' });
