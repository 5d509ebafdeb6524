import { Socket } from 'node:net';
import type { Intake } from './intake.ts';

/**
 * Has a connection that was accepted paused receive into an intake's memory, as much at a time as there is. Node offers that to who connects (`onread`), but
 * not to who listens; so the system's handle is given to a socket that has it. Whoever reads in pieces of 64 KiB, each in new memory, takes half as long again.
 * @param received is called when the intake has more
 */
export const receiveInto = (accepted: Socket, intake: Intake, received: () => void): Socket => {
  const owner = accepted as unknown as { _handle: object | null };
  const handle = owner._handle;
  if (handle === null) throw new Error('the connection is closed, and nothing can be received from it');
  owner._handle = null;
  const options = {
    handle,
    allowHalfOpen: true,
    onread: {
      buffer: () => intake.space(),
      callback: (count: number) => {
        intake.received(count);
        received();
        return true;
      },
    },
  };
  const socket = new Socket(options as never);
  // The server counts the one that it accepted.
  socket.on('close', () => accepted.destroy());
  return socket;
};
