import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's folder, found from this file upwards: sources and bundle lie at different depths. */
export const projectRoot = (): string => {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    const above = dirname(folder);
    if (above === folder) throw new Error('package.json of portcullis was not found above its own code');
    folder = above;
  }
  return folder;
};

export const projectVersion = (): string => {
  const { version } = JSON.parse(readFileSync(join(projectRoot(), 'package.json'), 'utf8')) as { version: string };
  return version;
};

/** What a user writes before a verb: in a checkout, or where the package is installed. */
export const commandPrefix = (): string =>
  existsSync(join(projectRoot(), 'tsconfig.json')) ? 'npm run -s portcullis --' : 'npx portcullis';
