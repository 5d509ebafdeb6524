/** `fs.watch` of a guest: what it changes itself, and what others change in its shares. */
import { EventEmitter, on } from 'node:events';
import { normalize } from 'node:path/posix';
import type { PathArgument } from './arguments.ts';
import { shown } from './arguments.ts';

export interface WatchOptions {
  readonly recursive?: boolean;
  readonly persistent?: boolean;
  readonly signal?: AbortSignal;
}
/** Of others' changes, the name is null. */
export interface WatchEvent {
  readonly eventType: 'rename' | 'change';
  readonly filename: string | null;
}
type Listener = (event: 'rename' | 'change', name: string | null) => void;

/** In the shape of Node's `fs.FSWatcher`. Of others' changes in a share one learns that there were some, and not where: a `change` without a name. */
export class FSWatcher extends EventEmitter {
  readonly #end: () => void;
  #closed = false;
  constructor(end: () => void) {
    super();
    this.#end = end;
  }
  /** Once: it is told of when the caller has gone on. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#end();
    process.nextTick(() => this.emit('close'));
  }
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }
}

const withSlash = (path: string): string => (path.endsWith('/') ? path : `${path}/`);

/** Those who watch a guest's tree. */
export class Watchers {
  readonly #watching = new Map<FSWatcher, { readonly path: string; readonly recursive: boolean }>();

  watch(path: PathArgument, options?: WatchOptions | string | Listener | null, listener?: Listener): FSWatcher {
    const { recursive = false, signal }: WatchOptions = typeof options === 'object' && options !== null ? options : {};
    const watcher: FSWatcher = new FSWatcher(() => this.#watching.delete(watcher));
    const heard = typeof options === 'function' ? options : listener;
    if (heard !== undefined) watcher.on('change', heard);
    this.#watching.set(watcher, { path: withSlash(normalize(`/${shown(path)}`)), recursive });
    if (signal?.aborted === true) watcher.close();
    else signal?.addEventListener('abort', () => watcher.close());
    return watcher;
  }

  /** As `fs.promises.watch`: what comes while nobody asks for the next is kept. It begins with the first that is asked for. */
  async *watchEach(path: PathArgument, { recursive, signal }: WatchOptions = {}): AsyncGenerator<WatchEvent> {
    const watcher = this.watch(path, { recursive: recursive ?? false });
    try {
      const each = on(watcher, 'change', signal === undefined ? {} : { signal });
      for await (const [eventType, filename] of each) yield { eventType, filename } as WatchEvent;
    } finally {
      watcher.close();
    }
  }

  /** The guest changed what is at a path, or (`rename`) made it or took it away. */
  made(event: 'rename' | 'change', changed: string): void {
    const at = changed.slice(changed.lastIndexOf('/') + 1);
    for (const [watcher, { path, recursive }] of [...this.#watching]) {
      if (`${changed}/` === path) watcher.emit('change', event, at);
      else if (changed.startsWith(path)) {
        const below = changed.slice(path.length);
        if (recursive || !below.includes('/')) watcher.emit('change', event, below);
      }
    }
  }

  /** Something in the share at a path was changed by others. */
  changed(share: string): void {
    const at = withSlash(share);
    for (const [watcher, { path, recursive }] of [...this.#watching])
      if (path.startsWith(at) || (recursive && at.startsWith(path))) watcher.emit('change', 'change', null);
  }
}
