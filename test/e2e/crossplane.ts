/** Crossplane's own render, with this function as its Development runtime. */
import { execFile } from 'node:child_process';
import { pino } from 'pino';
import { readYaml } from '../../src/cli/input/yaml.ts';
import { type JsonObject, listAt, objectAt } from '../../src/kube/json.ts';
import { createRunFunction } from '../../src/server/handler.ts';
import { startServer } from '../../src/server/server.ts';
import type { Example } from '../support/examples.ts';
import type { Options } from './options.ts';

/** What Crossplane prints of an example: the composite and what is composed, without what its engine adds. */
export async function renderByCrossplane(options: Options, { files, now }: Example): Promise<JsonObject[]> {
  const log = pino({ level: 'silent' });
  const runFunction = createRunFunction({ ttlSeconds: 60, requirePolicy: false }, () => now);
  // A renderer in a container reaches this machine by another address.
  const address = { host: options.crossplaneCore === undefined ? undefined : '127.0.0.1', port: 0 };
  const server = await startServer({ address, certificates: undefined, maxReceiveBytes: 16 * 1024 * 1024 }, runFunction, log);
  try {
    const target = `render.crossplane.io/runtime-development-target=127.0.0.1:${server.port}`;
    const printed = await crossplane(options.crossplane ?? '', [
      ...['composition', 'render', ...files.paths, '-a', target],
      ...files.required.flatMap((path) => ['-e', path]),
      ...(files.observed === undefined ? [] : ['-o', files.observed]),
      ...(options.crossplaneCore === undefined ? [] : [`--crossplane-binary=${options.crossplaneCore}`]),
    ]);
    const [composite = {}, ...composed] = readYaml(printed, 'what Crossplane printed') as JsonObject[];
    return [withoutReferencesAndConditionsOfEngine(composite), ...composed.map(withoutNamesOfEngine)];
  } finally {
    await server.stop(0);
  }
}

function crossplane(binary: string, args: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(binary, args, { maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) =>
      error === null ? resolve(stdout) : reject(new Error(`crossplane composition render: ${stderr.trim() || error.message}`)),
    );
  });
}

const CONDITIONS_OF_ENGINE = ['Ready', 'Synced', 'Responsive'];

/** The engine prints in spec what the composite refers to, and conditions of its own. */
function withoutReferencesAndConditionsOfEngine({ spec: __, ...composite }: JsonObject): JsonObject {
  const { claimConditionTypes: _, ...status } = objectAt(composite, 'status');
  const conditions = (listAt(status, 'conditions') as JsonObject[])
    .filter(({ type }) => !CONDITIONS_OF_ENGINE.includes(String(type)))
    .map(({ observedGeneration: _, ...condition }) => condition);
  return { ...composite, status: { ...status, conditions } };
}

/** A composed resource has no name before Crossplane gives it one, and belongs to its composite. */
function withoutNamesOfEngine(resource: JsonObject): JsonObject {
  const { name: _, generateName: __, ownerReferences: ___, labels = {}, ...metadata } = objectAt(resource, 'metadata');
  const own = Object.entries(labels as JsonObject).filter(([key]) => !key.startsWith('crossplane.io/'));
  return { ...resource, metadata: { ...metadata, ...(own.length > 0 && { labels: Object.fromEntries(own) }) } };
}
