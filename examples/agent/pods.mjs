// A tool: it lists the Pods of the namespace of the run, with the rights that its pack asks for.
import { readFileSync } from 'node:fs';
import { get } from 'node:https';

const TOKEN = '/var/run/secrets/kubernetes.io/serviceaccount';
const read = (name) => readFileSync(`${TOKEN}/${name}`, 'utf8');
const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = process.env;
const path = `/api/v1/namespaces/${read('namespace')}/pods`;

get({ host, port, path, ca: read('ca.crt'), headers: { authorization: `Bearer ${read('token')}` } }, (response) => {
  let text = '';
  response.on('data', (chunk) => {
    text += chunk;
  });
  response.on('end', () => {
    const { items, message } = JSON.parse(text);
    if (response.statusCode === 200)
      console.log(`${items.length} Pods: ${items.map(({ metadata, status }) => `${metadata.name} ${status.phase}`).join(', ')}`);
    else console.error(message);
    process.exit(response.statusCode === 200 ? 0 : 1);
  });
}).on('error', (error) => {
  console.error(error.message);
  process.exit(1);
});
