import { exec } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { projectPath, readText } from '../support/project.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const dockerfile = readText('Dockerfile');

/** What a COPY of the first stage brings in, and where it lies then. */
const copies = [...dockerfile.matchAll(/^COPY (?!--from)(.+) (\S+)$/gm)].flatMap(([, sources = '', target = '']) =>
  sources.split(' ').map((source) => ({ source, target: target.endsWith('/') ? join(target, basename(source)) : target })),
);

describe('the image', () => {
  it('is built from what the Dockerfile copies, and nothing else', async () => {
    const directory = temporaryDirectory();
    for (const { source, target } of copies) {
      mkdirSync(dirname(join(directory, target)), { recursive: true });
      cpSync(projectPath(source), join(directory, target), { recursive: true });
    }
    symlinkSync(projectPath('node_modules'), join(directory, 'node_modules'));
    await promisify(exec)('npm run build', { cwd: directory });
    expect(['main.cjs', 'cli/skillpack.mjs'].map((file) => existsSync(join(directory, 'dist', file)))).toEqual([true, true]);
  });

  it('copies only what .dockerignore lets in', () => {
    const [everything, ...exceptions] = readText('.dockerignore').trim().split('\n');
    expect(everything).toBe('*');
    const allowed = exceptions.map((line) => line.replace(/^!/, ''));
    expect(copies.map(({ source }) => source.replace('./', '')).filter((source) => !allowed.includes(source))).toEqual([]);
  });
});
