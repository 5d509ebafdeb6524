import { listen } from '../../model/file-proxy/server/listener.ts';
import { Store } from '../../model/hypervisor/store/store.ts';
import { StreamServer } from '../../model/hypervisor/store/stream.ts';
import { readAddress, writeAddress } from './address.ts';
import { UsageError } from './errors.ts';
import { numberOption } from './numbers.ts';
import { closeOnSignal, explainAddress } from './servers.ts';
import { type Answer, optionOf, type Verb } from './verb.ts';

export const store: Verb = {
  name: 'store',
  summary: 'Serve a store of keys to XenStore clients, as domain 0, until it is stopped',
  args: {
    listen: {
      type: 'string',
      valueHint: 'ADDRESS',
      description: 'unix:PATH or HOST:PORT, needed. Whoever reaches it is domain 0, and may do all',
    },
    connections: { type: 'string', valueHint: 'N', description: 'Clients at once; 64 when left out' },
  },
  async run(given): Promise<Answer> {
    const text = optionOf(given, 'listen');
    if (text === undefined)
      throw new UsageError("'store' needs a place to listen at, as in portcullis store --listen unix:./store.sock.");
    const address = readAddress(text);
    const server = new StreamServer(new Store());
    const connections = numberOption(given, 'connections', 64);
    const listener = await listen(address, connections, (socket) => server.serve(socket)).catch((error: unknown) => {
      throw explainAddress(error, writeAddress(address));
    });
    closeOnSignal(() => listener.close());
    const listening = writeAddress(listener.address);
    const environment = 'path' in address ? { XENSTORED_PATH: address.path } : {};
    const hint = 'path' in address ? ` XENSTORED_PATH=${address.path} leads Xen's tools there.` : '';
    // The server goes on after this answer, until a signal ends it.
    return {
      value: { listen: listening, environment },
      text: `Serving a store at ${listening}; end with Ctrl-C or SIGTERM.${hint}`,
      code: 0,
    };
  },
};
