/** A guest's client of the store, over its ring. */
import { ClientConnection, type ClientDoor, StoreConnectionError } from './client-connection.ts';
import { StoreError } from './errors.ts';
import { type Permissions, readPermissions, writePermission } from './permissions.ts';
import { decodeTexts, encodeTexts, type MessageName, messageTypes, textOf } from './wire.ts';

export { type ClientDoor, StoreConnectionError } from './client-connection.ts';

/** The tree as one sees it, in a transaction or out of it. Paths without `/` at their front are in the domain's own. */
export class StoreView {
  readonly #connection: ClientConnection;
  readonly #transaction: number;

  constructor(connection: ClientConnection, transaction: number) {
    this.#connection = connection;
    this.#transaction = transaction;
  }

  protected ask(name: MessageName, payload: Uint8Array): Promise<Uint8Array> {
    return this.#connection.ask(messageTypes[name], payload, this.#transaction);
  }

  /** @throws StoreError, as all of these */
  read(path: string): Promise<Uint8Array> {
    return this.ask('READ', encodeTexts(path));
  }

  async readText(path: string): Promise<string> {
    return Buffer.from(await this.read(path)).toString();
  }

  async exists(path: string): Promise<boolean> {
    try {
      await this.read(path);
      return true;
    } catch (error) {
      if (error instanceof StoreError && error.code === 'ENOENT') return false;
      throw error;
    }
  }

  async write(path: string, value: string | Uint8Array): Promise<void> {
    await this.ask('WRITE', Buffer.concat([encodeTexts(path), Buffer.from(value)]));
  }

  async makeDirectory(path: string): Promise<void> {
    await this.ask('MKDIR', encodeTexts(path));
  }

  /** Takes away what is there, with all below. */
  async remove(path: string): Promise<void> {
    await this.ask('RM', encodeTexts(path));
  }

  /** Names of the children. */
  async list(path: string): Promise<readonly string[]> {
    try {
      return decodeTexts(await this.ask('DIRECTORY', encodeTexts(path)));
    } catch (error) {
      if (error instanceof StoreError && error.code === 'E2BIG') return this.#listInParts(path);
      throw error;
    }
  }

  async getPermissions(path: string): Promise<Permissions> {
    return readPermissions(decodeTexts(await this.ask('GET_PERMS', encodeTexts(path))));
  }

  async setPermissions(path: string, permissions: Permissions): Promise<void> {
    await this.ask('SET_PERMS', encodeTexts(path, ...permissions.map(writePermission)));
  }

  /** From the beginning again whenever the list changes between two parts. */
  async #listInParts(path: string): Promise<readonly string[]> {
    let names: string[] = [];
    let known: string | undefined;
    for (;;) {
      const offset = names.reduce((sum, name) => sum + name.length + 1, 0);
      const [generation, ...part] = decodeTexts(await this.ask('DIRECTORY_PART', encodeTexts(path, String(offset))));
      if (known !== undefined && generation !== known) {
        names = [];
        known = undefined;
        continue;
      }
      known = generation;
      if (part.at(-1) === '') return [...names, ...part.slice(0, -1)];
      names.push(...part);
    }
  }
}

/** A watch that was set. */
export interface ClientWatch {
  /** Waits for the next event: the path of what changed. The first is the watch's own. @throws StoreConnectionError once it is closed */
  next(): Promise<string>;
  close(): Promise<void>;
}

interface Kept {
  readonly payload: Uint8Array;
  readonly events: string[];
  closed: boolean;
}

/** Attempts at a transaction before its conflict is its caller's. */
const transactionAttempts = 32;

export class StoreClient extends StoreView {
  readonly #connection: ClientConnection;
  readonly #watches = new Map<string, Kept>();
  #nextToken = 1;

  constructor(door: ClientDoor) {
    const connection = new ClientConnection(door);
    super(connection, 0);
    this.#connection = connection;
    connection.onEvent = (path, token) => this.#watches.get(token)?.events.push(path);
  }

  /** Runs a body in a transaction, again if it meets a conflict. What the body throws ends the transaction without a trace. */
  async transaction<T>(body: (view: StoreView) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      const [text = ''] = decodeTexts(await this.ask('TRANSACTION_START', encodeTexts('')));
      const identifier = Number(text);
      const end = (how: 'T' | 'F'): Promise<Uint8Array> =>
        this.#connection.ask(messageTypes.TRANSACTION_END, encodeTexts(how), identifier);
      let result: T;
      try {
        result = await body(new StoreView(this.#connection, identifier));
      } catch (error) {
        await end('F');
        throw error;
      }
      try {
        await end('T');
        return result;
      } catch (error) {
        if (!(error instanceof StoreError && error.code === 'EAGAIN') || attempt === transactionAttempts) throw error;
      }
    }
  }

  /** @param depth names below the path that count; all, if left out */
  async watch(path: string, depth?: number): Promise<ClientWatch> {
    const token = String(this.#nextToken);
    this.#nextToken += 1;
    const kept: Kept = {
      payload: encodeTexts(path, token, ...(depth === undefined ? [] : [String(depth)])),
      events: [],
      closed: false,
    };
    this.#watches.set(token, kept);
    try {
      await this.ask('WATCH', kept.payload);
    } catch (error) {
      this.#watches.delete(token);
      throw error;
    }
    return {
      next: async () => {
        await this.#connection.until(() => kept.events.length > 0 || kept.closed);
        if (kept.closed) throw new StoreConnectionError('the watch is closed');
        return kept.events.shift()!;
      },
      close: async () => {
        this.#watches.delete(token);
        kept.closed = true;
        await this.ask('UNWATCH', encodeTexts(path, token));
      },
    };
  }

  async domainPath(domain: number): Promise<string> {
    return textOf(await this.ask('GET_DOMAIN_PATH', encodeTexts(String(domain)))).slice(0, -1);
  }

  /** Makes the connection anew. What was asked fails; watches are set again, and fire at once. */
  async reconnect(): Promise<void> {
    await this.#connection.reconnect();
    for (const { payload } of this.#watches.values()) await this.ask('WATCH', payload);
  }
}
