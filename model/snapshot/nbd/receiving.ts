import { Socket } from 'node:net';
import type { Intake } from './intake.ts';

/** Puts what Node received in memory of its own into an intake. */
const copyInto = (intake: Intake, bytes: Uint8Array, received: () => void): void => {
  for (let done = 0; done < bytes.length; ) {
    const space = intake.space();
    const count = Math.min(space.length, bytes.length - done);
    space.set(bytes.subarray(done, done + count));
    intake.received(count);
    done += count;
    received();
  }
};

/** The system's handle of a socket, as Node has had it since its beginnings without documenting it; null where it is not there. */
const handleOf = (socket: Socket): object | null => {
  const { _handle: handle } = socket as unknown as { readonly _handle?: unknown };
  return typeof handle === 'object' ? handle : null;
};

/** A socket of an accepted one's handle that receives into the intake's memory; null where Node does not make one. */
const ownSocket = (accepted: Socket, handle: object, intake: Intake, received: () => void): Socket | null => {
  const owner = accepted as unknown as { _handle: object | null };
  owner._handle = null;
  const onread = {
    buffer: () => intake.space(),
    callback: (count: number) => {
      intake.received(count);
      received();
      return true;
    },
  };
  const socket = new Socket({ handle, allowHalfOpen: true, onread } as never);
  // One that has no connection did not take the handle.
  if (socket.pending) {
    owner._handle = handle;
    return null;
  }
  // The server counts the one that it accepted.
  socket.on('close', () => accepted.destroy());
  return socket;
};

/**
 * Has a connection that was accepted paused receive into an intake's memory, as much at a time as there is.
 *
 * Node offers that (`onread`) to who connects, and to who has a descriptor (`new Socket({ fd, onread })`), but its servers neither take the option nor tell the
 * descriptor of what they accept. So the handle is taken out of the accepted socket (`_handle`) and given to a socket that has the option (`handle`): neither is
 * documented. Where a Node does without them, bytes come by the documented event `data`, in pieces of at most 64 KiB of new memory, and are copied: all is as it
 * was, but slower: of writes of 64 KiB half as many go through (docs/decisions/0325).
 * @param received is called when the intake has more
 * @param find finds the handle; null has all copied
 */
export const receiveInto = (
  accepted: Socket,
  intake: Intake,
  received: () => void,
  find: (socket: Socket) => object | null = handleOf,
): Socket => {
  const handle = find(accepted);
  const socket = (handle === null ? null : ownSocket(accepted, handle, intake, received)) ?? accepted;
  // Never, where it receives into the intake's memory.
  socket.on('data', (bytes: Buffer) => copyInto(intake, bytes, received));
  // It was accepted paused.
  if (socket === accepted) socket.resume();
  return socket;
};
