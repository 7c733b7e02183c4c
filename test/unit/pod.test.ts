/** What is read of a Pod: the words of a kubelet, a scheduler and a runtime, as they were seen on a real node. */
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/kube/json.ts';
import { findObstacle, refusalOf, terminationOf, termMessageLimit } from '../../src/kube/pod.ts';

const waiting = (name: string, reason: string, message?: string): JsonObject => ({
  name,
  ready: false,
  restartCount: 0,
  state: { waiting: { reason, ...(message !== undefined && { message }) } },
});
const podWith = (status: JsonObject, spec: JsonObject = {}): JsonObject => ({ spec, status: { phase: 'Pending', ...status } });
const agent = (status: JsonObject): JsonObject => podWith({ containerStatuses: [status] });
const sidecar = (status: JsonObject): JsonObject =>
  podWith({
    initContainerStatuses: [{ name: 'skill-tools', ...status }],
    containerStatuses: [waiting('agent', 'PodInitializing')],
  });

const SCHEDULED = { type: 'PodScheduled', status: 'True' };
const NO_SANDBOX = { type: 'PodReadyToStartContainers', status: 'False' };
const VOLUMES = { volumes: [{ emptyDir: {} }, { secret: { secretName: 'key' } }, { configMap: { name: 'notes' } }] };

describe('why a Pod does not get ready', () => {
  it.each<[string, JsonObject, object | undefined]>([
    [
      'no node has room',
      podWith({
        conditions: [
          {
            type: 'PodScheduled',
            status: 'False',
            reason: 'Unschedulable',
            message: '0/1 nodes are available: 1 Insufficient cpu.',
          },
        ],
      }),
      { reason: 'Unschedulable', message: '0/1 nodes are available: 1 Insufficient cpu.' },
    ],
    [
      'an image cannot be pulled',
      agent(waiting('agent', 'ErrImagePull', 'dial tcp: lookup registry.invalid: no such host')),
      {
        reason: 'ImagePullFailed',
        container: 'agent',
        message: 'Container agent: ErrImagePull: dial tcp: lookup registry.invalid: no such host',
      },
    ],
    [
      'the image of a sidecar cannot',
      sidecar(waiting('skill-tools', 'ImagePullBackOff')),
      { reason: 'ImagePullFailed', container: 'skill-tools', message: 'Container skill-tools: ImagePullBackOff' },
    ],
    [
      'the name of an image is none',
      agent(waiting('agent', 'InvalidImageName')),
      { reason: 'ImagePullFailed', container: 'agent', message: 'Container agent: InvalidImageName' },
    ],
    [
      'a Secret of a variable is missing',
      agent(waiting('agent', 'CreateContainerConfigError', 'secret "key" not found')),
      {
        reason: 'ConfigMissing',
        container: 'agent',
        message: 'Container agent: CreateContainerConfigError: secret "key" not found',
      },
    ],
    [
      'a volume is not there',
      podWith({ conditions: [SCHEDULED, NO_SANDBOX], containerStatuses: [waiting('agent', 'ContainerCreating')] }, VOLUMES),
      { reason: 'ConfigMissing', message: 'No container can start; one of these may be missing: Secret key, ConfigMap notes' },
    ],
    ['it has no volume that may be missing', podWith({ conditions: [SCHEDULED, NO_SANDBOX] }), undefined],
    [
      'a sidecar crashes',
      sidecar({
        restartCount: 3,
        ready: false,
        state: { waiting: { reason: 'CrashLoopBackOff' } },
        lastState: { terminated: { exitCode: 2 } },
      }),
      {
        reason: 'SidecarFailed',
        container: 'skill-tools',
        message: 'Sidecar skill-tools crashes, the last time with exit code 2',
      },
    ],
    ['a sidecar crashes and works at this moment', sidecar({ restartCount: 2, ready: true, state: { running: {} } }), undefined],
    ['a sidecar crashed once', sidecar({ restartCount: 1, ready: true, state: { running: {} } }), undefined],
    ['its containers are being made', agent(waiting('agent', 'ContainerCreating')), undefined],
    ['another word is used', agent(waiting('agent', 'constructor')), undefined],
    ['nothing is said', {}, undefined],
  ])('because %s', (_, pod, obstacle) => {
    expect(findObstacle(pod)).toEqual(obstacle);
  });
});

describe('a Pod that has ended', () => {
  it.each<[string, JsonObject, string | undefined]>([
    ['was refused by its node', { phase: 'Failed', reason: 'OutOfcpu', message: 'Not enough' }, 'OutOfcpu: Not enough'],
    ['was refused without a word', { phase: 'Failed', reason: 'NodeAffinity' }, 'NodeAffinity'],
    [
      'has worked',
      { phase: 'Failed', reason: 'Evicted', containerStatuses: [{ state: { terminated: { exitCode: 1 } } }] },
      undefined,
    ],
    ['failed by itself', { phase: 'Failed' }, undefined],
    ['waits', { phase: 'Pending', reason: 'Any' }, undefined],
  ])('%s', (_, status, refusal) => {
    expect(refusalOf({ status })).toBe(refusal);
  });

  it('tells how its agent ended, and nobody else', () => {
    const terminated = { exitCode: 137, reason: 'OOMKilled', message: 'left' };
    const pod = podWith({
      containerStatuses: [
        { name: 'other', state: {} },
        { name: 'agent', state: { terminated } },
      ],
    });
    expect([terminationOf(pod, 'agent'), terminationOf(pod, 'other'), terminationOf({}, 'agent')]).toEqual([
      terminated,
      undefined,
      undefined,
    ]);
  });

  it('keeps 12 KiB of messages in equal parts, and of each container 4 KiB at most', () => {
    const limits = [0, 1, 2, 3, 5].map((sidecars) =>
      termMessageLimit({ spec: { containers: [{}], initContainers: Array.from({ length: sidecars }, () => ({})) } }),
    );
    expect(limits).toEqual([4096, 4096, 4096, 3072, 2048]);
  });
});
