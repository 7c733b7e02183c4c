/** What a run is composed of. Each case shows only what differs. */
import { describe, expect, it } from 'vitest';
import type { AgentRunStatus } from '../../src/api/generated/types.ts';
import { digest } from '../../src/kube/digest.ts';
import { type JsonObject, type JsonValue, listAt, objectAt, textAt, valueAt } from '../../src/kube/json.ts';
import { TASK_PARTS, task, tools } from '../support/packs.ts';
import { byName, containersOf, envOf, podOf } from '../support/pods.ts';
import { instanceXr, manifestOf, packXr, policyXr, respondComposed, runXr, uses } from '../support/request.ts';

const READ_PODS = [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }];
describe('a task run', () => {
  it('is at most seven Objects, however many packs', () => {
    const { resources } = respondComposed(task({ skills: uses('tools', 'plain', 'words') }));
    expect([...resources.keys()].sort()).toEqual(TASK_PARTS);
    expect(TASK_PARTS).toHaveLength(7);
  });

  it('has no RBAC objects where no pack asks for rights', () => {
    const { resources } = respondComposed(task({ skills: uses('plain') }));
    expect([...resources.keys()].sort()).toEqual(['agentrun-configmap', 'agentrun-job', 'agentrun-serviceaccount']);
  });

  it('has no ConfigMap where there is no skill', () => {
    const { resources } = respondComposed(task());
    expect([...resources.keys()].sort()).toEqual(['agentrun-job', 'agentrun-serviceaccount']);
  });

  it('is rendered suspended, once, with its Pod deleted along', () => {
    const job = manifestOf(respondComposed(task()), 'agentrun-job');
    const { template: _, ...spec } = objectAt(job, 'spec');
    expect([spec, valueAt(job, 'metadata', 'finalizers')]).toEqual([
      {
        suspend: true,
        completions: 1,
        parallelism: 1,
        backoffLimit: 0,
        podReplacementPolicy: 'Failed',
        podFailurePolicy: {
          rules: [
            { action: 'FailJob', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
            { action: 'FailJob', onExitCodes: { containerName: 'agent', operator: 'NotIn', values: [0] } },
          ],
        },
        activeDeadlineSeconds: 300 + 660,
      },
      ['foregroundDeletion'],
    ]);
  });

  it.each<[string, JsonObject, JsonObject, number]>([
    ['1000 in everything', {}, { runAsUser: 1000, runAsGroup: 1000, fsGroup: 1000 }, 0o440],
    ['what the policy says', { runAsUser: 65532, fsGroup: 0 }, { runAsUser: 65532, runAsGroup: 1000, fsGroup: 0 }, 0o440],
    ['whoever the cluster says, who can read its Secret', { identity: 'FromNamespace' }, {}, 0o444],
  ])('runs as %s, and never as root', (_, securityContext, numbers, mode) => {
    const secret = packXr('secret', { sidecar: { image: 'i', secretRef: 's' } });
    const policy = policyXr({ defaults: { securityContext } });
    const pod = podOf(respondComposed(task({ skills: uses('secret') }, secret, policy)));
    expect(pod['securityContext']).toEqual({ runAsNonRoot: true, ...numbers, seccompProfile: { type: 'RuntimeDefault' } });
    const own = containersOf(pod).map((container) => valueAt(container, 'securityContext', 'runAsUser'));
    expect(own).toEqual([undefined, undefined]);
    expect(listAt(pod, 'volumes').flatMap((volume) => valueAt(volume, 'secret', 'defaultMode') ?? [])).toEqual([mode]);
  });

  it('mounts a token only in the sidecar whose pack asks for rights', () => {
    const pod = podOf(respondComposed(task({ skills: uses('tools', 'plain') })));
    const withToken = containersOf(pod).filter((container) =>
      listAt(container, 'volumeMounts').some(
        (mount) => valueAt(mount, 'mountPath') === '/var/run/secrets/kubernetes.io/serviceaccount',
      ),
    );
    expect(withToken.map(({ name }) => name)).toEqual(['skill-tools']);
    expect(pod['automountServiceAccountToken']).toBe(false);
  });

  it('has what a public pack says of its sidecar: at least its minimums, its pull policy, and variables from Secrets', () => {
    const secretKeyRef = { name: 'tokens', key: 'git', optional: true };
    const stock = packXr('stock', {
      source: 'builtin',
      runtimeRequirements: { image: 'other:1', sandbox: true, minMemory: '256Mi', minCPU: '50m' },
      sidecar: {
        image: 'stock:1',
        imagePullPolicy: 'Always',
        env: [{ name: 'TOKEN', valueFrom: { secretKeyRef } }, { name: 'EMPTY' }],
        hostAccess: { enabled: false, runAsRoot: true },
      },
    });
    const pod = podOf(respondComposed(task({ skills: uses('stock') }, stock)));
    const { image, imagePullPolicy, env, resources, securityContext } = byName(pod, 'skill-stock') ?? {};
    const given = { cpu: '100m', memory: '256Mi' };
    expect({ image, imagePullPolicy, env, resources, securityContext }).toEqual({
      image: 'stock:1',
      imagePullPolicy: 'Always',
      env: [
        { name: 'SYMPOZIUM_SKILL_PACK', value: 'stock' },
        { name: 'TOKEN', valueFrom: { secretKeyRef } },
        { name: 'EMPTY', value: '' },
      ],
      resources: { requests: given, limits: given },
      securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
    });
  });

  it('gives a pack its own volumes, in its sidecar only, and what a driver makes to be read only', () => {
    const volumes = [
      { name: 'notes', configMap: { name: 'c' } },
      { name: 'vault', csi: { driver: 'csi.example.org', readOnly: false } },
    ];
    const volumeMounts = [
      { name: 'vault', mountPath: '/vault', readOnly: true },
      { name: 'notes', mountPath: '/notes', subPath: 'a' },
    ];
    const packs = ['one', 'two'].map((name) => packXr(name, { sidecar: { image: 'i', volumes, volumeMounts } }));
    const policy = policyXr({ volumes: { drivers: ['csi.example.org'] } });
    const pod = podOf(respondComposed(task({ skills: uses('one', 'two') }, ...packs, policy)));
    const own = (list: JsonValue[]) => list.filter((item) => textAt(item, 'name')?.startsWith('own-'));
    expect(own(listAt(pod, 'volumes'))).toEqual(
      ['one', 'two'].flatMap((pack) => [
        { name: `own-0-${pack}`, configMap: { name: 'c' } },
        { name: `own-1-${pack}`, csi: { driver: 'csi.example.org', readOnly: true } },
      ]),
    );
    expect(containersOf(pod).map((container) => own(listAt(container, 'volumeMounts')))).toEqual([
      ...['one', 'two'].map((pack) => [
        { name: `own-1-${pack}`, mountPath: '/vault', readOnly: true },
        { name: `own-0-${pack}`, mountPath: '/notes', subPath: 'a' },
      ]),
      [],
    ]);
  });

  it('has each skill as a file and as a folder, with what the folder holds and how', () => {
    const folder = packXr('folder', {
      skills: [
        {
          name: 'forms',
          description: 'Fills forms.\n# Not a title',
          license: 'MIT',
          content: 'Run scripts/fill.sh',
          files: [
            { path: 'scripts/fill.sh', content: '#!/bin/sh\n', executable: true },
            { path: 'logo.png', contentBase64: 'iVBORw==' },
            { path: 'empty', content: '' },
          ],
        },
        { name: 'words', content: 'No description, no folder' },
      ],
    });
    const response = respondComposed(task({ skills: uses('folder') }, folder));
    const { data, binaryData, immutable } = manifestOf(response, 'agentrun-configmap');
    expect({ data, binaryData, immutable }).toEqual({
      immutable: true,
      data: {
        'forms.md': '# forms\n\n> Fills forms.\n> # Not a title\n\nRun scripts/fill.sh',
        'forms--0e95f5a3666031d6':
          '---\nname: forms\ndescription: "Fills forms.\\n# Not a title"\nlicense: MIT\n---\nRun scripts/fill.sh',
        'forms--006e91bd59c65359': '#!/bin/sh\n',
        'forms--2e1cfa82b035c26c': '',
        'words.md': '# words\n\nNo description, no folder',
      },
      binaryData: { 'forms--ab211233b6576dbb': 'iVBORw==' },
    });
    expect(listAt(podOf(response), 'volumes').find((volume) => valueAt(volume, 'name') === 'skills')).toEqual({
      name: 'skills',
      configMap: {
        name: textAt(manifestOf(response, 'agentrun-configmap'), 'metadata', 'name'),
        items: [
          { key: 'forms.md', path: 'forms.md' },
          { key: 'forms--0e95f5a3666031d6', path: 'forms/SKILL.md', mode: 0o444 },
          { key: 'forms--006e91bd59c65359', path: 'forms/scripts/fill.sh', mode: 0o555 },
          { key: 'forms--ab211233b6576dbb', path: 'forms/logo.png', mode: 0o444 },
          { key: 'forms--2e1cfa82b035c26c', path: 'forms/empty', mode: 0o444 },
          { key: 'words.md', path: 'words.md' },
        ],
      },
    });
  });

  it('has the folder of a skill that is in an image as a volume, wherever skills are, under the name that the site has for it', () => {
    const digest = `sha256:${'0'.repeat(64)}`;
    const big = packXr('big', {
      skills: [
        { name: 'all', image: { reference: `ghcr.io/acme/all@${digest}` } },
        { name: 'part', description: 'Some.', image: { reference: `docker.io/acme/b:1@${digest}`, path: 'skills/part' } },
      ],
      sidecar: { image: 'i' },
    });
    const policy = policyXr({ images: { rewrites: [{ from: 'ghcr.io', to: 'registry.corp' }] } });
    const response = respondComposed(task({ skills: uses('big'), skillsDirs: ['.claude/skills'] }, big, policy));
    const pod = podOf(response);
    expect(listAt(pod, 'volumes').filter((volume) => valueAt(volume, 'image') !== undefined)).toEqual([
      { name: 'skill-image-0', image: { reference: `registry.corp/acme/all@${digest}`, pullPolicy: 'IfNotPresent' } },
      { name: 'skill-image-1', image: { reference: `docker.io/acme/b:1@${digest}`, pullPolicy: 'IfNotPresent' } },
    ]);
    const mounts = (container: string) =>
      listAt(byName(pod, container), 'volumeMounts').filter((mount) => textAt(mount, 'name')?.startsWith('skill-image'));
    const at = (directory: string) => [
      { name: 'skill-image-0', mountPath: `${directory}/all`, readOnly: true },
      { name: 'skill-image-1', subPath: 'skills/part', mountPath: `${directory}/part`, readOnly: true },
    ];
    expect([mounts('agent'), mounts('skill-big')]).toEqual([
      [...at('/skills'), ...at('/workspace/.claude/skills')],
      at('/skills'),
    ]);
    expect(manifestOf(response, 'agentrun-configmap')['data']).toEqual({
      'all.md': '# all\n\nRead /skills/all/SKILL.md.',
      'part.md': '# part\n\n> Some.\n\nRead /skills/part/SKILL.md.',
      'configmaps.placeholder': '',
    });
    const volume = listAt(pod, 'volumes').find((one) => textAt(one, 'name') === 'skills');
    expect(valueAt(volume, 'configMap', 'items')).toEqual([
      { key: 'all.md', path: 'all.md' },
      { key: 'part.md', path: 'part.md' },
      { key: 'configmaps.placeholder', path: 'all/.placeholder' },
      { key: 'configmaps.placeholder', path: 'part/.placeholder' },
    ]);
  });

  it('shows the skills where a runner looks for them, and only to the agent; the directory above stays one to write into', () => {
    const mountsOf = (spec: JsonObject, ...policies: JsonObject[]) =>
      containersOf(podOf(respondComposed(task({ skills: uses('plain'), ...spec }, ...policies)))).flatMap(
        ({ name, volumeMounts }) =>
          ((volumeMounts ?? []) as JsonObject[])
            .filter((mount) => textAt(mount, 'mountPath')?.startsWith('/workspace/'))
            .map(({ mountPath, ...mount }) => [name, mountPath, mount]),
      );
    const skills = { name: 'skills', readOnly: true };
    const dirs = (...skillsDirs: string[]) => policyXr({ defaults: { agent: { skillsDirs } } });
    const above = (subPath: string) => ['agent', `/workspace/${subPath}`, { name: 'workspace', subPath }];
    expect(mountsOf({ skillsDirs: ['.a/skills', '.a/b', '.skills'] })).toEqual([
      above('.a'),
      ['agent', '/workspace/.a/skills', skills],
      ['agent', '/workspace/.a/b', skills],
      ['agent', '/workspace/.skills', skills],
    ]);
    expect(mountsOf({}, dirs('.claude/skills'))).toEqual([above('.claude'), ['agent', '/workspace/.claude/skills', skills]]);
    expect(mountsOf({ skillsDirs: [] }, dirs('.claude/skills'))).toEqual([]);
    expect(mountsOf({ skills: [] }, dirs('.agents/skills'))).toEqual([]);
  });

  it('tells the agent of the tools of its sidecars, in a file that only it sees and nobody can write', () => {
    const parameters = { type: 'object', properties: { city: { type: 'string' } } };
    const weather = {
      name: 'weather',
      description: 'Tells it.',
      exec: ['node', 'cli.js'],
      subcommand: 'now',
      positionalArgs: ['city'],
      parameters,
    };
    const tooled = packXr('tooled', {
      sidecar: { image: 't', tools: [weather, { name: 'ping', description: 'Answers.', exec: ['ping'] }] },
    });
    const response = respondComposed(task({ skills: uses('tooled', 'plain') }, tooled));
    const data = objectAt(manifestOf(response, 'agentrun-configmap'), 'data');
    expect(JSON.parse(String(data['sidecar-tools.json']))).toEqual({
      tools: [
        { ...weather, target: 'tooled', inputMode: 'args' },
        { name: 'ping', description: 'Answers.', exec: ['ping'], target: 'tooled', inputMode: 'args' },
      ],
    });
    const pod = podOf(response);
    const seen = containersOf(pod).flatMap(({ name, volumeMounts }) =>
      (volumeMounts as JsonObject[]).flatMap((mount) =>
        mount['name'] === 'tools' ? [[name, mount['mountPath'], mount['readOnly']]] : [],
      ),
    );
    expect(seen).toEqual([['agent', '/config/sidecar-tools', true]]);
    expect(envOf(byName(pod, 'agent'))['SIDECAR_TOOLS_MANIFEST_PATH']).toBe('/config/sidecar-tools/sidecar-tools.json');
    const skills = listAt(pod, 'volumes').find((volume) => textAt(volume, 'name') === 'skills');
    const paths = listAt(skills, 'configMap', 'items').map((item) => textAt(item, 'path'));
    expect(paths.sort()).toEqual(['plain.md', 'plain/SKILL.md', 'tooled.md', 'tooled/SKILL.md']);
  });

  it('does not tell of tools twice under one name', () => {
    const tools = [{ name: 'ping', description: 'Answers.', exec: ['ping'] }];
    const packs = ['a', 'b'].map((name) => packXr(name, { sidecar: { image: 't', tools } }));
    const { status } = respondComposed(task({ skills: uses('a', 'b') }, ...packs));
    expect(status).toMatchObject({
      phase: 'Failed',
      message:
        'spec.skills: must not select two packs with a tool of one name; SkillPack a and SkillPack b both have it, found tool "ping" twice',
    });
  });

  it('grants what a pack asks for and no more, names of objects included', () => {
    const rbac = [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'], resourceNames: ['only-this'] }];
    const named = packXr('named', { sidecar: { image: 'n', rbac } });
    const response = respondComposed(task({ skills: uses('named', 'tools') }, named));
    expect(manifestOf(response, 'agentrun-role')['rules']).toEqual([
      ...rbac,
      { apiGroups: [''], resources: ['pods'], verbs: ['get'] },
    ]);
    expect(manifestOf(response, 'agentrun-clusterrole')['rules']).toEqual([
      { apiGroups: [''], resources: ['nodes'], verbs: ['get'] },
    ]);
    expect(response.status).toMatchObject({
      rights: [
        { pack: 'named', scope: 'Namespace', namespace: 'team-a', ...rbac[0] },
        { pack: 'tools', scope: 'Namespace', namespace: 'team-a', resources: ['pods'] },
        { pack: 'tools', scope: 'Cluster', resources: ['nodes'] },
      ],
    });
  });

  it('carries its plan on the Job: mode, packs, rights and the digest of every other manifest', () => {
    const response = respondComposed(task({ skills: uses('tools') }));
    const plan = JSON.parse(textAt(manifestOf(response, 'agentrun-job'), 'metadata', 'annotations', 'sympozium.ai/plan') ?? '');
    const others = [...response.resources.keys()].filter((key) => key !== 'agentrun-job');
    expect(plan).toEqual({
      mode: 'task',
      skills: (response.status as AgentRunStatus).skills,
      rights: (response.status as AgentRunStatus).rights,
      parts: Object.fromEntries(others.map((key) => [key, digest(manifestOf(response, key))])),
    });
  });

  it('gives each ConfigMap of the tenant a volume of its own, however alike they are called', () => {
    const pod = podOf(respondComposed(task({ skills: [{ configMapRef: 'a.b' }, { configMapRef: 'a-b' }] })));
    const names = listAt(pod, 'volumes').map((volume) => textAt(volume, 'name'));
    expect(new Set(names).size).toBe(names.length);
  });

  it('mounts a Secret only in the sidecar of its pack', () => {
    const keeper = packXr('keeper', { sidecar: { image: 'k', secretRef: 'my.token' } });
    const pod = podOf(respondComposed(task({ skills: uses('keeper', 'plain') }, keeper)));
    const mounts = containersOf(pod).flatMap(({ name, volumeMounts }) =>
      (volumeMounts as JsonObject[])
        .filter((mount) => String(mount['name']).startsWith('secret-'))
        .map((mount) => [name, mount['mountPath']]),
    );
    expect(mounts).toEqual([['skill-keeper', '/secrets/my.token']]);
  });

  it('gives every container the restricted security context and its own /tmp', () => {
    for (const { name, securityContext, volumeMounts } of containersOf(podOf(respondComposed(task({ skills: uses('tools') }))))) {
      expect(securityContext).toMatchObject({ allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } });
      expect(volumeMounts).toContainEqual({ name: 'tmp', mountPath: '/tmp', subPath: name });
    }
  });

  it('shares /workspace with a sidecar unless its pack says no', () => {
    const alone = packXr('alone', { sidecar: { image: 'a', mountWorkspace: false } });
    const pod = podOf(respondComposed(task({ skills: uses('alone', 'plain') }, alone)));
    const shares = (name: string) =>
      listAt(byName(pod, name), 'volumeMounts').some((mount) => valueAt(mount, 'name') === 'workspace');
    expect([shares('agent'), shares('skill-plain'), shares('skill-alone')]).toEqual([true, true, false]);
  });

  it('names a sidecar no command of its own', () => {
    expect(byName(podOf(respondComposed(task({ skills: uses('plain') }))), 'skill-plain')).not.toHaveProperty('command');
  });

  it('leaves server-only sidecars and their rights out when the mode is an explicit task', () => {
    const both = packXr('both', {
      sidecar: { image: 'b', requiresServer: true, rbac: READ_PODS, ports: [{ name: 'http', containerPort: 80 }] },
    });
    const response = respondComposed(task({ mode: 'task', skills: uses('both') }, both));
    expect([...response.resources.keys()].sort()).toEqual(['agentrun-configmap', 'agentrun-job', 'agentrun-serviceaccount']);
    expect(containersOf(podOf(response)).map(({ name }) => name)).toEqual(['agent']);
  });

  it('takes its image from the policy, pulls with the given Secrets, and keeps the tenant from the rest', () => {
    const policy = policyXr({ defaults: { agent: { image: 'own:1', command: ['run'], resources: { cpu: '2' } } } });
    const pod = podOf(respondComposed(task({ imagePullSecrets: [{ name: 'pull' }] }, policy)));
    expect(pod['imagePullSecrets']).toEqual([{ name: 'pull' }]);
    expect(byName(pod, 'agent')).toMatchObject({
      image: 'own:1',
      command: ['run'],
      resources: { limits: { cpu: '2', memory: '512Mi' } },
    });
  });
});

describe('names', () => {
  it('of two runs called alike in two namespaces differ in every cluster-scoped object', () => {
    const inNamespace = (namespace: string): string[] => {
      const response = respondComposed({
        composite: runXr({ skills: uses('tools') }, { namespace, uid: namespace }),
        cluster: [instanceXr({}, { namespace }), tools],
      });
      return ['agentrun-clusterrole', 'agentrun-clusterrolebinding'].map((key) =>
        String(valueAt(manifestOf(response, key), 'metadata', 'name')),
      );
    };
    const names = [...inNamespace('team-a'), ...inNamespace('team-b')];
    expect(new Set(names).size).toBe(2);
    for (const name of names) expect(name).toMatch(/^agentrun:team-[ab]:run-(x7k2p-)?[0-9a-f]{8}$/);
  });

  it('of two runs that follow each other under one name differ in every object', () => {
    const named = (uid: string) =>
      [
        ...respondComposed({
          ...task({ skills: uses('tools') }),
          composite: runXr({ skills: uses('tools') }, { uid }),
        }).resources.keys(),
      ].map((key) =>
        valueAt(
          manifestOf(respondComposed({ ...task(), composite: runXr({ skills: uses('tools') }, { uid }) }), key),
          'metadata',
          'name',
        ),
      );
    const [first, second] = [named('uid-1'), named('uid-2')];
    expect(first.length).toBe(7);
    for (const name of first) expect(second).not.toContain(name);
  });
});

describe('a server run', () => {
  const server = respondComposed(task({ skills: uses('web', 'tools', 'words') }));

  it('has no Pod yet, no agent, and only the serving sidecars as ordinary containers', () => {
    const spec = objectAt(manifestOf(server, 'agentrun-deployment'), 'spec');
    const pod = objectAt(spec, 'template', 'spec');
    expect(spec['replicas']).toBe(0);
    expect(containersOf(pod).map(({ name, restartPolicy }) => [name, restartPolicy])).toEqual([['skill-web', undefined]]);
    expect(pod).not.toHaveProperty('activeDeadlineSeconds');
  });

  it('holds the rights of the serving sidecars only, and the skills of all packs', () => {
    expect([...server.resources.keys()].sort()).toEqual([
      'agentrun-configmap',
      'agentrun-deployment',
      'agentrun-service',
      'agentrun-serviceaccount',
    ]);
    const keys = Object.keys(objectAt(manifestOf(server, 'agentrun-configmap'), 'data'));
    expect(keys.filter((key) => key.endsWith('.md'))).toEqual(['web.md', 'tools.md', 'words.md']);
  });

  it('names the ports of its Service uniquely, whatever its packs call them', () => {
    const ports = [
      { name: 'http', containerPort: 81 },
      { name: 'http-8080', containerPort: 82 },
      { name: 'udp', containerPort: 81, protocol: 'UDP' },
    ];
    const other = packXr('other', { sidecar: { image: 'o', requiresServer: true, ports } });
    const response = respondComposed(task({ skills: uses('web', 'other') }, other));
    const names = listAt(manifestOf(response, 'agentrun-service'), 'spec', 'ports').map((port) => textAt(port, 'name'));
    expect(names).toEqual(['tcp-8080', 'tcp-81', 'tcp-82', 'udp-81']);
  });

  it('names the ports of its Service apart where two packs name them alike', () => {
    const other = packXr('other', {
      sidecar: { image: 'o', requiresServer: true, ports: [{ name: 'http', containerPort: 8081 }] },
    });
    const response = respondComposed(task({ skills: uses('web', 'other') }, other));
    expect(valueAt(manifestOf(response, 'agentrun-service'), 'spec', 'ports')).toEqual([
      { name: 'tcp-8080', port: 8080, targetPort: 8080, protocol: 'TCP' },
      { name: 'tcp-8081', port: 8081, targetPort: 8081, protocol: 'TCP' },
    ]);
  });
});
