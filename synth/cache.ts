/** What a tool answered before, kept by the content of the question, so that nothing is synthesised twice. */
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';

const compress = promisify(gzip);
const decompress = promisify(gunzip);

/** Answers unused for so long are removed. */
const keptMilliseconds = 30 * 24 * 3600 * 1000;

const packageRoot = (): string => {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json')) && dirname(folder) !== folder) folder = dirname(folder);
  return folder;
};

/** In a checkout `build/cache/`; for an installed package, whose own folder is not to be written, the user's cache folder. */
const cacheFolder = (): string => {
  const root = packageRoot();
  if (existsSync(join(root, 'tsconfig.json'))) return join(root, 'build', 'cache');
  return join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'portcullis');
};

/** Another version of a tool answers otherwise. */
const toolVersions = (): string => {
  const versionOf = (name: string): string => {
    for (let folder = packageRoot(); ; folder = dirname(folder)) {
      const path = join(folder, 'node_modules', name, 'package.json');
      if (existsSync(path)) return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;
      if (dirname(folder) === folder) return 'absent';
    }
  };
  return `${versionOf('@yowasp/yosys')} ${versionOf('@yowasp/nextpnr-ice40')}`;
};

const removeStale = async (folder: string): Promise<void> => {
  const oldest = Date.now() - keptMilliseconds;
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    try {
      if ((await stat(path)).mtimeMs < oldest) await rm(path, { force: true });
    } catch {
      // Another process renamed its draft, or removed the file, since the folder was read.
    }
  }
};

interface Store {
  readonly folder: string;
  readonly versions: string;
}

let opened: Promise<Store | null> | undefined;

/** Null where the folder cannot be written: then nothing is kept. */
const openStore = async (): Promise<Store | null> => {
  const folder = cacheFolder();
  try {
    await mkdir(folder, { recursive: true });
    await removeStale(folder);
    return { folder, versions: toolVersions() };
  } catch {
    return null;
  }
};

const underWay = new Map<string, Promise<string>>();

const fetchOrCompute = async (path: string, compute: () => Promise<string>): Promise<string> => {
  try {
    const text = (await decompress(await readFile(path))).toString('utf8');
    const now = new Date();
    await utimes(path, now, now);
    return text;
  } catch {
    // Not there, or cut short: computed anew.
  }
  const text = await compute();
  const draft = `${path}.${randomUUID()}`;
  try {
    await writeFile(draft, await compress(text, { level: 1 }));
    // Renaming is atomic, so that another process never reads half an answer.
    await rename(draft, path);
  } catch {
    await rm(draft, { force: true });
  }
  return text;
};

/**
 * The text that `compute` gives, or gave before for an equal `question` (anything JSON can hold) with the same tools installed.
 * Failures are not kept. Environment variable PORTCULLIS_CACHE=off computes always.
 */
export const cached = async (kind: string, question: unknown, compute: () => Promise<string>): Promise<string> => {
  if (process.env.PORTCULLIS_CACHE === 'off') return compute();
  opened ??= openStore();
  const store = await opened;
  if (store === null) return compute();
  const hash = createHash('sha256')
    .update(JSON.stringify([kind, store.versions, question]))
    .digest('hex');
  const path = join(store.folder, `${kind}-${hash.slice(0, 40)}.gz`);
  const running = underWay.get(path) ?? fetchOrCompute(path, compute).finally(() => underWay.delete(path));
  underWay.set(path, running);
  return running;
};
