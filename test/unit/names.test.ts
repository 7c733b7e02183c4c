import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  paramVariable,
  runClusterRoleName,
  runId,
  runObjectName,
  runSkillsName,
  shorten,
  sidecarName,
} from '../../src/api/names.ts';

const DNS_LABEL = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
const kubernetesName = fc.stringMatching(/^[a-z0-9]([-.a-z0-9]{0,60}[a-z0-9])?$/);

describe('shorten', () => {
  it('leaves a text that fits', () => {
    expect(shorten('a'.repeat(63))).toBe('a'.repeat(63));
  });

  it('cuts a longer one and ends it in a hash of the whole', () => {
    expect(shorten('a'.repeat(64))).toBe(`${'a'.repeat(54)}-ffe054fe`);
    expect(shorten(`${'a'.repeat(53)}-${'b'.repeat(10)}`)).not.toMatch(/--/);
  });

  it('keeps texts apart that begin alike', () => {
    expect(shorten(`${'a'.repeat(70)}1`)).not.toBe(shorten(`${'a'.repeat(70)}2`));
  });
});

describe('a run id', () => {
  const xr = { name: 'check-x7k2p', namespace: 'team-a', uid: 'a1' };

  it('is the name of the composite and a hash of its uid', () => {
    expect(runId(xr)).toBe('check-x7k2p-f55ff16f');
  });

  it('differs for two composites of one name', () => {
    expect(runId({ ...xr, uid: 'a2' })).not.toBe(runId(xr));
  });

  it('is of namespace and name where there is no uid', () => {
    expect(runId({ ...xr, uid: undefined })).not.toBe(runId({ ...xr, namespace: 'team-b', uid: undefined }));
  });

  it('makes every name of a run legal, whatever the composite is called', () => {
    fc.assert(
      fc.property(kubernetesName, kubernetesName, fc.uuid(), (name, namespace, uid) => {
        const id = runId({ name, namespace, uid });
        expect(runObjectName(id)).toMatch(DNS_LABEL);
        expect(runObjectName(id).length).toBeLessThanOrEqual(63);
        expect(id.length).toBeLessThanOrEqual(63);
        expect(runSkillsName(id).length).toBeLessThanOrEqual(253);
        expect(runClusterRoleName(namespace, id).length).toBeLessThanOrEqual(253);
      }),
    );
  });
});

describe('other names', () => {
  it('make a container name of any pack', () => {
    expect(sidecarName('k8s-ops')).toBe('skill-k8s-ops');
    expect(sidecarName('a'.repeat(63))).toHaveLength(63);
  });

  it.each([
    ['REPO', 'SKILL_REPO'],
    ['repo.url-2', 'SKILL_REPO_URL_2'],
    ['ß', 'SKILL_SS'],
    ['naïve', 'SKILL_NA_VE'],
  ])('make an environment variable of the param %s', (param, variable) => {
    expect(paramVariable(param)).toBe(variable);
  });
});
