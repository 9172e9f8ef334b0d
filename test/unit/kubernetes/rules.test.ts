/** The written rules for the manifests, each with a control that breaks it. */
import type { Manifest } from '../../support/kubernetes/manifests.js';
import { renderAll, type Rendered } from '../../support/kubernetes/render.js';
import type { Rule } from '../../support/kubernetes/rules/rule.js';
import { RULES } from '../../support/kubernetes/rules/rules.js';
import { describeWith } from '../../support/tools.js';
import { RULE_CONTROLS } from './controls/controls.js';

const findRule = (text: string): Rule => {
  const found = RULES.find(({ rule }) => rule === text);
  if (!found) throw new Error(`There is no rule "${text}"`);
  return found;
};

test('every rule has a control', () => {
  const controlled = new Set(RULE_CONTROLS.map(({ rule }) => rule));
  expect(RULES.map(({ rule }) => rule).filter((rule) => !controlled.has(rule))).toEqual([]);
});

describeWith('kubectl', 'the manifests', () => {
  let rendered: Rendered;
  beforeAll(async () => {
    rendered = await renderAll();
  });

  it.each(RULES)('$rule ($as)', ({ find }) => {
    const sets: Manifest[][] = [rendered.demo, rendered.production, rendered.gatewayApi];
    expect(sets.map((manifests) => find(manifests))).toEqual([[], [], []]);
  });

  it.each(RULE_CONTROLS)('control: $rule: $problem', ({ rule, of = 'demo', spoil, problem }) => {
    const manifests = structuredClone(rendered[of]);
    spoil(manifests);
    expect(findRule(rule).find(manifests).join('\n')).toMatch(new RegExp(problem, 'm'));
  });

  it('of production name every image by its digest', () => {
    const images = (manifests: Manifest[]): string[] =>
      [...JSON.stringify(manifests).matchAll(/"image(?:Name)?":"([^"]+)"/g)].map(
        ([, image = '']) => image,
      );
    const open = (manifests: Manifest[]): string[] =>
      images(manifests).filter((image) => !/@sha256:[0-9a-f]{64}$/.test(image));
    expect(images(rendered.production).length).toBeGreaterThan(6);
    expect([open(rendered.production), open(rendered.gatewayApi)]).toEqual([[], []]);
    // Control: the demo names its images by tags.
    expect(open(rendered.demo)).toContain('relevo:0.1.0');
  });
});
