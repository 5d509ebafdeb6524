/** A pool of worker threads that run the WebAssembly tools, started when first needed and kept until the process ends. */
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';

import type { ToolName, ToolReply, ToolRequest } from './tool-call.ts';

export interface ToolCall {
  readonly tool: ToolName;
  readonly arguments: readonly string[];
  readonly files: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
}

/** What `ToolReply` says, or that the call took longer than its `timeoutSeconds` and its thread was ended. */
export type ToolResult = Omit<ToolReply, 'identifier' | 'outcome'> & {
  readonly outcome: ToolReply['outcome'] | 'timed out';
};

interface PooledWorker {
  readonly thread: Worker;
  busy: boolean;
}

interface WaitingCall {
  readonly call: ToolCall;
  readonly resolve: (result: ToolResult) => void;
}

/** More threads do not help: a loaded Yosys holds 240 MB and keeps a core busy. */
export const poolSize = Math.min(2, availableParallelism());

/** Yosys recurses deeply over long chains of cells; the usual 4 MB overflow on wide designs. */
const resourceLimits = { stackSizeMb: 64 };

/**
 * Bundled, the worker is a script beside this one. From a checkout it is TypeScript, which Node 20 does not read by itself and
 * whose loader does not always pass on to a new thread, so that the thread registers the loader first.
 */
const startThread = (): Worker => {
  if (!import.meta.url.endsWith('.ts')) {
    return new Worker(new URL('./yosys-worker.js', import.meta.url), { resourceLimits });
  }
  const loader = new URL(
    './dist/esm/api/index.mjs',
    pathToFileURL(createRequire(import.meta.url).resolve('tsx/package.json')),
  );
  const entry = new URL('./worker.ts', import.meta.url).href;
  const start =
    `import(${JSON.stringify(loader.href)}).then(({ register }) => { register(); ` +
    `return import(${JSON.stringify(entry)}); });`;
  return new Worker(start, { eval: true, execArgv: [], resourceLimits });
};

const workers: PooledWorker[] = [];
const waiting: WaitingCall[] = [];
let callsMade = 0;

const emptyResult = { exitCode: 1, stdout: '', stderr: '', files: {} };

const discard = (worker: PooledWorker): void => {
  const index = workers.indexOf(worker);
  if (index >= 0) workers.splice(index, 1);
  void worker.thread.terminate();
};

const dispatch = (worker: PooledWorker, { call, resolve }: WaitingCall): void => {
  const { thread } = worker;
  const identifier = callsMade++;
  worker.busy = true;
  thread.ref();

  const settle = (result: ToolResult, reusable: boolean): void => {
    clearTimeout(timer);
    thread.off('message', onMessage);
    thread.off('error', onError);
    thread.off('exit', onExit);
    worker.busy = false;
    thread.unref();
    if (!reusable) discard(worker);
    resolve(result);
    serveNext();
  };
  const onMessage = (reply: ToolReply): void => {
    if (reply.identifier !== identifier) return;
    // The memory of a module that trapped is not to be trusted, nor is it given back before the thread ends.
    settle(reply, reply.outcome !== 'trapped');
  };
  const onError = (error: Error): void => settle({ ...emptyResult, outcome: 'trapped', reason: error.message }, false);
  const onExit = (code: number): void =>
    settle({ ...emptyResult, outcome: 'trapped', reason: `its thread ended with code ${code}` }, false);
  const timer = setTimeout(() => {
    settle({ ...emptyResult, outcome: 'timed out', reason: `no answer in ${call.timeoutSeconds} s` }, false);
  }, call.timeoutSeconds * 1000);

  thread.on('message', onMessage);
  thread.on('error', onError);
  thread.on('exit', onExit);
  const request: ToolRequest = { identifier, tool: call.tool, arguments: call.arguments, files: call.files };
  thread.postMessage(request);
};

const freeWorker = (): PooledWorker | undefined => {
  const idle = workers.find((worker) => !worker.busy);
  if (idle !== undefined || workers.length >= poolSize) return idle;
  const worker: PooledWorker = { thread: startThread(), busy: false };
  // A thread that fails while idle is replaced by the next call; without a listener the error would end the process.
  worker.thread.on('error', () => discard(worker));
  workers.push(worker);
  return worker;
};

const serveNext = (): void => {
  while (waiting.length > 0) {
    const worker = freeWorker();
    if (worker === undefined) return;
    const next = waiting.shift();
    if (next !== undefined) dispatch(worker, next);
  }
};

/** Runs a tool on the first free thread. Never rejects: what went wrong is in the result's `outcome` and `reason`. */
export const callTool = (call: ToolCall): Promise<ToolResult> =>
  new Promise((resolve) => {
    waiting.push({ call, resolve });
    serveNext();
  });
