// Deletes AgentRuns that ended long ago. It lists them page by page, and deletes each only as it was seen: one that was made again stays.
import { readFileSync } from 'node:fs';
import { request } from 'node:https';

const TOKEN = '/var/run/secrets/kubernetes.io/serviceaccount';
const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port, OLDER_THAN_HOURS = '168' } = process.env;
const olderThan = Number(OLDER_THAN_HOURS) * 3_600_000;
if (!(olderThan >= 0)) throw new Error(`OLDER_THAN_HOURS must be a number of hours, found ${OLDER_THAN_HOURS}`);
const FINAL = ['Succeeded', 'Failed', 'Cancelled'];
const RUNS = '/apis/sympozium.ai/v1alpha1';
const ca = readFileSync(`${TOKEN}/ca.crt`);
const headers = { authorization: `Bearer ${readFileSync(`${TOKEN}/token`, 'utf8')}`, 'content-type': 'application/json' };

const call = (method, path, body = '') =>
  new Promise((resolve, reject) => {
    // Without its length the body of a DELETE would be the beginning of the next request.
    const length = { 'content-length': Buffer.byteLength(body) };
    const sent = request({ host, port, path, method, ca, headers: { ...headers, ...length } }, (response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => resolve({ code: response.statusCode, body: JSON.parse(text) }));
    });
    sent.on('error', reject);
    sent.end(body);
  });

let next = '';
let deleted = 0;
do {
  const page = await call('GET', `${RUNS}/agentruns?limit=500&continue=${encodeURIComponent(next)}`);
  if (page.code !== 200) throw new Error(`cannot list AgentRuns: ${page.body.message}`);
  for (const { metadata, status = {} } of page.body.items) {
    const age = Date.now() - Date.parse(status.completionTime ?? '');
    // A right that may still be held is a reason to look, not to delete.
    const holds = status.conditions?.some(({ type, status: is }) => type === 'RightsHeld' && is !== 'False');
    if (!FINAL.includes(status.phase) || !(age >= olderThan) || holds) continue;
    const { uid, resourceVersion } = metadata;
    const path = `${RUNS}/namespaces/${metadata.namespace}/agentruns/${metadata.name}`;
    const answer = await call('DELETE', path, JSON.stringify({ preconditions: { uid, resourceVersion } }));
    if (answer.code >= 300 && answer.code !== 404 && answer.code !== 409) throw new Error(`cannot delete ${path}: ${answer.body.message}`);
    deleted += answer.code < 300 ? 1 : 0;
  }
  next = page.body.metadata.continue ?? '';
} while (next !== '');
console.log(`deleted ${deleted} AgentRuns`);
