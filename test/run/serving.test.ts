/** The life of a server. */
import { describe, expect, it } from 'vitest';
import { MODE } from '../../src/api/labels.ts';
import { type JsonObject, objectAt, valueAt } from '../../src/kube/json.ts';
import { desiredOf } from '../support/carried.ts';
import { desired, desiredRights, History, isLooking, text } from '../support/history.ts';
import { plain, RUN_ID, task } from '../support/packs.ts';
import { podOf } from '../support/pods.ts';
import { instanceXr, packXr, uses } from '../support/request.ts';
import { BY_OBJECTS } from '../support/variant.ts';

describe('a server', () => {
  const server = (): History => new History(task({ skills: uses('web') }));
  const replicas = ({ last }: History) =>
    valueAt(desiredOf(last.resources.get('agentrun-deployment')?.resource), 'spec', 'replicas');
  const rulesOf = ({ last }: History) => valueAt(desiredOf(last.resources.get('agentrun-role')?.resource), 'rules');
  const serve = (): History => server().released().report('agentrun-deployment', { availableReplicas: 1 }).call();

  it('serves when its Deployment is available, with its rights for as long as it lives', () => {
    const run = server().call();
    expect(replicas(run)).toBe(0);
    const watch = () => valueAt(run.last.resources.get('agentrun-deployment')?.resource, 'spec', 'watch') === true;
    expect(watch()).toBe(false);
    run.settle().call().settle().call();
    expect([replicas(run), run.status.phase]).toEqual([1, 'Preparing']);
    // What is composed directly is watched in any case.
    expect(watch()).toBe(BY_OBJECTS);
    run.settle().report('agentrun-deployment', { availableReplicas: 1 }).call();
    expect([run.status.phase, run.status.reason, run.last.ready]).toEqual(['Serving', 'Available', true]);
    run.wait(30 * 24 * 3600).call();
    expect([run.status.phase, replicas(run)]).toEqual(['Serving', 1]);
  });

  it('tells once that nobody does its task, unless there is none', () => {
    const warned = (spec: JsonObject) =>
      new History(task(spec)).call().last.results.flatMap(({ reason, message }) => (reason === 'TaskNotRun' ? message : []));
    expect(warned({ skills: uses('web') })).toEqual([
      'spec.task is not run: the run is a server, for SkillPack web; with mode: task it is done without',
    ]);
    expect(warned({ skills: uses('web'), mode: 'task' })).toEqual([]);
  });

  it('tells where it is reached, as long as it serves', () => {
    const run = server().released();
    expect(run.status.service).toBeUndefined();
    run.report('agentrun-deployment', { availableReplicas: 1 }).call();
    const service = { name: `agentrun-${RUN_ID}`, ports: [{ name: 'http', port: 8080, protocol: 'TCP' }] };
    expect(run.status.service).toEqual(service);
    expect(run.report('agentrun-deployment', {}).call().status).toMatchObject({ reason: 'Unavailable', service });
    expect(run.spec({ cancel: true }).call().status.service).toBeUndefined();
  });

  it('follows its pack', () => {
    const run = serve();
    const edited = packXr('web', {
      sidecar: { image: 'web:2', requiresServer: true, ports: [{ name: 'http', containerPort: 8080 }] },
    });
    run.edit([instanceXr(), edited]).call();
    const [container] = podOf(run.last, 'agentrun-deployment')['containers'] as JsonObject[];
    expect([container?.['image'], replicas(run)]).toEqual(['web:2', 1]);
  });

  it.each([
    ['its pack is gone', [instanceXr()]],
    ['its pack asks for a task now', [instanceXr(), plain, packXr('web', { sidecar: { image: 'web:1' } })]],
  ])('stays as it is when %s', (_, cluster) => {
    const run = serve();
    const before = text(run.call());
    const { status } = run;
    run
      .edit(cluster as JsonObject[])
      .call()
      .call()
      .call();
    expect([text(run), run.status]).toEqual([before, status]);
  });

  it.runIf(BY_OBJECTS)('is not moved to another cluster by an edit of the input', () => {
    const run = serve();
    run.objects.delete('agentrun-deployment');
    run.world = {
      ...run.world,
      input: { apiVersion: 'skillpack.fn.crossplane.io/v1beta1', kind: 'Settings', providerConfigName: 'other' },
    };
    run.call();
    for (const { resource } of run.last.resources.values())
      expect(valueAt(resource, 'spec', 'providerConfigRef', 'name')).toBe('default');
  });

  const READ = [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }];
  const ALL = [{ apiGroups: ['*'], resources: ['secrets'], verbs: ['get'] }];
  const webPack = (sidecar: JsonObject): JsonObject =>
    packXr('web', {
      sidecar: { image: 'web:1', requiresServer: true, ports: [{ name: 'http', containerPort: 8080 }], ...sidecar },
    });

  it('loses exactly the rules that are denied, and gets them back when they are mended', () => {
    const run = serve();
    run.edit([instanceXr(), webPack({ rbac: [...READ, ...ALL] })]).call();
    expect([rulesOf(run), replicas(run), run.status.phase, run.condition('Admitted')]).toEqual([
      READ,
      1,
      'Serving',
      'False/PolicyDenied',
    ]);
    expect(run.status.message).toContain('SkillPack/web spec.sidecar.rbac[1].apiGroups');
    run.settle().call();
    expect(run.last.results).toEqual([]);
    run.edit([instanceXr(), webPack({ rbac: [...READ, ...READ] })]).call();
    expect([rulesOf(run), run.condition('Admitted')]).toEqual([[...READ, ...READ], 'True/Admitted']);
  });

  it.each([
    ['its pack asks for no right any more', {}, 'True/Admitted'],
    ['its rights are denied', { rbac: ALL }, 'False/PolicyDenied'],
  ])('says that rights are held until they are gone, when %s', (_, sidecar, admitted) => {
    const run = server().edit([instanceXr(), webPack({ rbac: READ })]);
    run.decided().settle().call().settle().report('agentrun-deployment', { availableReplicas: 1 }).call();
    expect([run.condition('RightsHeld'), isLooking(run)]).toEqual(['True/Held', false]);
    run.edit([instanceXr(), webPack(sidecar)]).call();
    expect([run.condition('Admitted'), run.condition('RightsHeld'), run.status.rights]).toEqual([admitted, 'True/Revoking', []]);
    expect([run.wait(3600).call().condition('RightsHeld'), isLooking(run)]).toEqual(['True/Revoking', true]);
    expect(run.settle().call().condition('RightsHeld')).toBe('False/Revoked');
    expect([run.call().condition('RightsHeld'), isLooking(run)]).toEqual(['False/Revoked', false]);
    run.edit([instanceXr(), webPack({ rbac: READ })]).call();
    expect(run.condition('RightsHeld')).toBe('True/Held');
  });

  it('never becomes a task, whatever becomes of its Deployment and its pack', () => {
    const run = serve();
    run.edit([instanceXr(), packXr('web', { sidecar: { image: 'web:1', rbac: READ } })]);
    run.objects.delete('agentrun-deployment');
    const exists = [...run.objects.keys()].sort();
    for (let time = 0; time < 3; time += 1) expect(desired(run.call())).toEqual(exists);
    expect([run.status.phase, run.status.reason, run.status.mode]).toEqual(['Serving', 'Unavailable', 'server']);
    run.edit([instanceXr(), webPack({})]).call();
    expect(desired(run)).toContain('agentrun-deployment');
  });

  it('nor while both its Deployment and its status are seen late', () => {
    const run = server();
    const { composite } = run.world;
    run.callInVain().settle();
    run.objects.delete('agentrun-deployment');
    expect(run.world.composite).toEqual(composite);
    const exists = [...run.objects.keys()].sort();
    run.edit([instanceXr(), packXr('web', { sidecar: { image: 'web:1', rbac: READ } })]).call();
    expect(desired(run)).toEqual(exists);
  });

  it('keeps no role when every rule is denied', () => {
    const run = serve();
    run.edit([instanceXr(), webPack({ rbac: ALL, clusterRBAC: ALL })]).call();
    expect(desired(run)).toEqual(['agentrun-configmap', 'agentrun-deployment', 'agentrun-service', 'agentrun-serviceaccount']);
  });

  it('is stopped, not deleted, when access to the node is denied, and goes on when that is mended', () => {
    const run = serve();
    run.edit([instanceXr(), webPack({ hostAccess: { enabled: true, hostNetwork: true } })]).call();
    const pod = podOf(run.last, 'agentrun-deployment');
    expect([replicas(run), pod['hostNetwork'], run.status.phase, run.condition('Admitted')]).toEqual([
      0,
      undefined,
      'Serving',
      'False/PolicyDenied',
    ]);
    run
      .edit([webPack({})])
      .call()
      .call();
    expect([replicas(run), run.condition('Admitted')]).toEqual([0, 'False/PolicyDenied']);
    run.edit([instanceXr(), webPack({})]).call();
    expect([replicas(run), run.condition('Admitted')]).toEqual([1, 'True/Admitted']);
  });

  it('ends as denied when its pack is denied before it was released', () => {
    const run = server().call().settle();
    run.edit([instanceXr(), webPack({ rbac: ALL })]).call();
    expect([run.status.phase, run.status.reason, desiredRights(run), replicas(run)]).toEqual(['Failed', 'PolicyDenied', [], 0]);
    expect(desired(run.call())).toEqual([]);
  });

  it('leaves everything when it is cancelled', () => {
    expect(desired(serve().spec({ cancel: true }).call())).toEqual([]);
  });
});

describe('a server whose Objects do not say what they are of', () => {
  /** As an earlier version made them, and with a status that was lost. */
  const forgotten = (): History => {
    const run = new History(task({ skills: uses('web') })).decided().settle().call().settle();
    run.report('agentrun-deployment', { availableReplicas: 1 }).call();
    for (const [key, object] of run.objects) {
      const { [MODE]: _, ...labels } = objectAt(object, 'metadata', 'labels');
      run.objects.set(key, { ...object, metadata: { ...objectAt(object, 'metadata'), labels } });
    }
    run.world.composite = { ...run.world.composite, status: {} };
    return run;
  };

  it('is still a server, by its Deployment', () => {
    const run = forgotten();
    const parts = [...run.objects.keys()].sort();
    run.call();
    expect([run.status.phase, run.status.mode, [...run.last.resources.keys()].sort()]).toEqual(['Serving', 'server', parts]);
  });

  it('loses nothing while a reference is missing', () => {
    const run = forgotten();
    const parts = [...run.objects.keys()].sort();
    expect([...run.edit([]).call().last.resources.keys()].sort()).toEqual(parts);
  });
});
