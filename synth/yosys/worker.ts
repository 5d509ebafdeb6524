/**
 * The entry of a worker thread: runs one WebAssembly tool at a time. A call blocks its thread, which is why it is not the
 * main thread. Loaded tools stay loaded, since loading takes 0.5 to 0.8 s.
 */
import { parentPort } from 'node:worker_threads';

import type { ToolName, ToolReply, ToolRequest } from './tool-call.ts';

type Tree = { [name: string]: Tree | string | Uint8Array };

interface RunOptions {
  readonly stdout: (bytes: Uint8Array | null) => void;
  readonly stderr: (bytes: Uint8Array | null) => void;
}

interface Tool {
  readonly run: (commandLine: string[], files: Tree, options: RunOptions) => Promise<Tree> | Tree | undefined;
  readonly Exit: new () => Error & { readonly code: number; readonly files: Tree };
}

const load = async (tool: ToolName): Promise<Tool> => {
  switch (tool) {
    case 'yosys': {
      const { runYosys, Exit } = await import('@yowasp/yosys');
      return { run: runYosys, Exit };
    }
    case 'nextpnr-ice40': {
      const { runNextpnrIce40, Exit } = await import('@yowasp/nextpnr-ice40');
      return { run: runNextpnrIce40, Exit };
    }
    default:
      return tool satisfies never;
  }
};

const loaded = new Map<ToolName, Promise<Tool>>();

const toolByName = (name: ToolName): Promise<Tool> => {
  const known = loaded.get(name);
  if (known !== undefined) return known;
  const loading = load(name);
  loaded.set(name, loading);
  return loading;
};

const treeOf = (files: Readonly<Record<string, string>>): Tree => {
  const root: Tree = {};
  for (const [path, text] of Object.entries(files)) {
    const segments = path.split('/').filter((segment) => segment !== '' && segment !== '.' && segment !== '..');
    let folder = root;
    for (const segment of segments.slice(0, -1)) {
      const inner = folder[segment];
      if (typeof inner === 'object' && !(inner instanceof Uint8Array)) folder = inner;
      else folder = folder[segment] = {};
    }
    folder[segments.at(-1) ?? path] = text;
  }
  return root;
};

const changedFiles = (tree: Tree, given: Readonly<Record<string, string>>, prefix = ''): Record<string, string> => {
  const found: Record<string, string> = {};
  for (const [name, entry] of Object.entries(tree)) {
    const path = prefix + name;
    if (typeof entry === 'object' && !(entry instanceof Uint8Array)) {
      Object.assign(found, changedFiles(entry, given, `${path}/`));
      continue;
    }
    const text = typeof entry === 'string' ? entry : new TextDecoder().decode(entry);
    if (given[path] !== text) found[path] = text;
  }
  return found;
};

/** Bytes come in pieces of at most 4096, so that joining as they come would be quadratic. */
const collector = () => {
  const pieces: Buffer[] = [];
  return {
    sink: (bytes: Uint8Array | null) => {
      if (bytes !== null) pieces.push(Buffer.from(bytes));
    },
    text: () => Buffer.concat(pieces).toString('utf8'),
  };
};

const serve = async (request: ToolRequest): Promise<ToolReply> => {
  const stdout = collector();
  const stderr = collector();
  const reply = (outcome: ToolReply['outcome'], exitCode: number, tree: Tree, reason: string): ToolReply => ({
    identifier: request.identifier,
    outcome,
    exitCode,
    stdout: stdout.text(),
    stderr: stderr.text(),
    files: changedFiles(tree, request.files),
    reason,
  });
  let tool: Tool;
  try {
    tool = await toolByName(request.tool);
  } catch (error) {
    return reply('absent', 1, {}, error instanceof Error ? error.message : String(error));
  }
  try {
    const options = { stdout: stdout.sink, stderr: stderr.sink };
    const tree = await tool.run([...request.arguments], treeOf(request.files), options);
    return reply('finished', 0, tree ?? {}, '');
  } catch (error) {
    if (error instanceof tool.Exit) return reply('finished', error.code, error.files ?? {}, '');
    return reply('trapped', 1, {}, error instanceof Error ? `${error.name}: ${error.message}` : String(error));
  }
};

parentPort?.on('message', (request: ToolRequest) => {
  void serve(request).then((answer) => parentPort?.postMessage(answer));
});
