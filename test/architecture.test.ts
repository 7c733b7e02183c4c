/**
 * Which room of src may use which, and that the core is pure. The table of rooms stands in src/README.md, for people; this test
 * holds the code to it.
 */
import { readdirSync } from 'node:fs';
import { posix } from 'node:path';
import { build } from 'esbuild';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { projectPath, readText } from './support/project.ts';

/** The rows of the table in src/README.md: room, what it holds, the rooms it may use. */
const ROOMS = new Map(
  [...readText('src/README.md').matchAll(/^\| `([\w.]+?)\/?` \|[^|]+\|([^|]*)\|$/gm)].map(([, room = '', uses = '']) => [
    room,
    [...uses.matchAll(/`([\w.]+?)\/?`/g)].map(([, used = '']) => used),
  ]),
);

/** Rooms that may touch the world. */
const EDGE = ['server', 'cli', 'main.ts'];

/** Packages that the core may use all the same, by file or room. */
const PACKAGES: Record<string, string[]> = {
  'kube/digest.ts': ['node:crypto'],
  'kube/cidr.ts': ['ipaddr.js'],
  'kube/cron.ts': ['croner'],
  simulation: ['@marcbachmann/cel-js'],
};

/** Globals that it may use all the same, by file: time zones by their names, and not that of the machine. */
const GLOBALS: Record<string, string[]> = { 'kube/timezone.ts': ['Intl'] };

/** Globals that read the clock, chance, the process, the network or run text as code; `new Date()` is found on its own. */
const IMPURE = [
  ...[
    'process',
    'global',
    'globalThis',
    'require',
    'console',
    'performance',
    'crypto',
    'navigator',
    'eval',
    'Function',
    'Intl',
    'Temporal',
  ],
  ...['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'fetch', 'WebSocket', 'EventSource', 'Worker'],
];
/** The one file outside src that is read: server and command line tell their version. */
const OUTSIDE = '../package.json';
const IMPURE_MEMBERS = ['Date.now', 'Math.random', 'import.meta'];

interface Finding {
  file: string;
  line: number;
  what: string;
}

/** What a file of the core may not contain, and every module it imports. */
function inspect(
  file: string,
  text: string,
): { impure: Finding[]; imports: { target: string; isType: boolean; line: number }[] } {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const lineOf = (node: ts.Node): number => source.getLineAndCharacterOfPosition(node.getStart()).line + 1;
  const impure: Finding[] = [];
  const imports: { target: string; isType: boolean; line: number }[] = [];
  const found = (node: ts.Node, what: string): void => void impure.push({ file, line: lineOf(node), what });
  const visit = (node: ts.Node): void => {
    if ((ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) && node.moduleSpecifier) {
      const isType = ts.isImportDeclaration(node)
        ? node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword
        : node.isTypeOnly;
      imports.push({ target: (node.moduleSpecifier as ts.StringLiteral).text, isType, line: lineOf(node) });
    }
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) found(node, 'import()');
    if (ts.isNewExpression(node) && node.expression.getText() === 'Date' && !node.arguments?.length) found(node, 'new Date()');
    if (ts.isCallExpression(node) && node.expression.getText() === 'Date') found(node, 'Date()');
    if (ts.isElementAccessExpression(node) && ['Date', 'Math'].includes(node.expression.getText())) found(node, node.getText());
    if (ts.isPropertyAccessExpression(node) || ts.isMetaProperty(node)) {
      if (IMPURE_MEMBERS.includes(node.getText())) found(node, node.getText());
    }
    if (ts.isIdentifier(node) && IMPURE.includes(node.text) && isGlobal(node)) found(node, node.text);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return { impure, imports };
}

/** Whether a name is used as a value, and nothing around it declares it. */
function isGlobal(name: ts.Identifier): boolean {
  const { parent } = name;
  const isMember = ts.isPropertyAccessExpression(parent) && parent.name === name;
  const isKey = (ts.isPropertyAssignment(parent) || ts.isPropertySignature(parent)) && parent.name === name;
  if (isMember || isKey || ts.isTypeReferenceNode(parent) || ts.isParameter(parent)) return false;
  for (let scope: ts.Node = parent; scope !== undefined; scope = scope.parent) {
    const parameters = ts.isFunctionLike(scope) ? scope.parameters : [];
    if (parameters.some((parameter) => parameter.name.getText() === name.text)) return false;
  }
  return true;
}

const FILES = readdirSync(projectPath('src'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.startsWith('api/generated'))
  .sort();
const roomOf = (file: string): string => file.split('/')[0] ?? '';

/** Everything in a file that breaks a rule, in words. */
function judge(file: string, text: string): string[] {
  const room = roomOf(file);
  const allowed = [room, ...(ROOMS.get(room) ?? [])];
  const { impure, imports } = inspect(file, text);
  const isCore = !EDGE.includes(room);
  const wrong = imports.flatMap(({ target, isType, line }) => {
    if (target.startsWith('.')) {
      const used = roomOf(posix.normalize(posix.join(posix.dirname(file), target)));
      return allowed.includes(used) || posix.normalize(posix.join(posix.dirname(file), target)) === OUTSIDE
        ? []
        : [`${file}:${line} may not use ${used}`];
    }
    const isListed = [...(PACKAGES[file] ?? []), ...(PACKAGES[room] ?? [])].includes(target);
    return !isCore || isType || isListed ? [] : [`${file}:${line} is of the core and imports ${target}`];
  });
  const known = GLOBALS[file] ?? [];
  const unknown = isCore ? impure.filter(({ what }) => !known.includes(what)) : [];
  return [...wrong, ...unknown.map(({ line, what }) => `${file}:${line} is of the core and uses ${what}`)];
}

it('knows every room of src', () => {
  expect([...ROOMS.keys()].sort()).toEqual([...new Set(FILES.map(roomOf))].sort());
});

it('has no two rooms that use each other', () => {
  const reaches = (from: string, to: string): boolean => (ROOMS.get(from) ?? []).some((used) => used === to || reaches(used, to));
  expect([...ROOMS.keys()].filter((room) => reaches(room, room))).toEqual([]);
});

it.each(FILES)('src/%s keeps to its room', (file) => {
  expect(judge(file, readText(`src/${file}`))).toEqual([]);
});

it("keeps the command line's packages, and the simulation, out of the server's bundle", async () => {
  const entryPoints = [projectPath('src/main.ts')];
  const { metafile } = await build({ entryPoints, bundle: true, platform: 'node', write: false, metafile: true });
  const inputs = Object.keys(metafile.inputs);
  expect(inputs.some((input) => input.includes('@grpc/grpc-js'))).toBe(true);
  const strangers = ['@marcbachmann/cel-js', 'node_modules/yaml/', 'kubernetes-models', 'src/simulation/', 'src/cli/'];
  expect(inputs.filter((input) => strangers.some((stranger) => input.includes(stranger)))).toEqual([]);
});

describe('a file of the core that breaks the rule is found', () => {
  it.each([
    ["import { compose } from '../function.ts';", 'run/x.ts:1 may not use function.ts'],
    ["import { Server } from '@grpc/grpc-js';", 'run/x.ts:1 is of the core and imports @grpc/grpc-js'],
    ["import { readFileSync } from 'node:fs';", 'run/x.ts:1 is of the core and imports node:fs'],
    ["import fc from 'fast-check';", 'run/x.ts:1 is of the core and imports fast-check'],
    ["export const a = () => import('./b.ts');", 'run/x.ts:1 is of the core and uses import()'],
    ['export const a = Date.now();', 'run/x.ts:1 is of the core and uses Date.now'],
    ['export const a = new Date();', 'run/x.ts:1 is of the core and uses new Date()'],
    ['export const a = Date();', 'run/x.ts:1 is of the core and uses Date()'],
    ["export const a = Date['now']();", "run/x.ts:1 is of the core and uses Date['now']"],
    ["import { a } from '../../tools/reasons.ts';", 'run/x.ts:1 may not use ..'],
    ['export const a = Math.random();', 'run/x.ts:1 is of the core and uses Math.random'],
    ['export const a = process.env;', 'run/x.ts:1 is of the core and uses process'],
    ['export const a = () => fetch("x");', 'run/x.ts:1 is of the core and uses fetch'],
    ['export const a = () => { setTimeout(() => {}, 1); };', 'run/x.ts:1 is of the core and uses setTimeout'],
  ])('%s', (text, expected) => {
    expect(judge('run/x.ts', text)).toEqual([expected]);
  });

  it.each([
    "import type { Job } from '@grpc/grpc-js';",
    "import { valueAt } from '../kube/json.ts';",
    'export const a = (fetch: () => void) => fetch();',
    'export const a = new Date(0);',
    'export const a = { process: 1 };',
  ])('but not %s', (text) => {
    expect(judge('run/x.ts', text)).toEqual([]);
  });
});
