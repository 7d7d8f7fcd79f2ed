interface Mermaid {
  initialize(options: object): void;
  render(id: string, source: string): Promise<{ svg: string }>;
}

/**
 * Runs in the page (so it holds all it needs): draws a Mermaid source and returns an SVG that has no <style>, no classes, and
 * `var(--dg-...)` for every colour, so that one picture serves both themes and the content security policy needs no hash.
 * Mermaid takes colours only, not variables: each role gets its own impossible colour, which is then looked up again.
 */
export async function drawWithVariables({ id, source }: { id: string; source: string }): Promise<string> {
  const roles = { fill: '#010203', line: '#010204', ink: '#010205', group: '#010206', note: '#010207' };
  const { fill, line, ink, group, note } = roles;
  const { mermaid } = globalThis as unknown as { mermaid: Mermaid };
  mermaid.initialize({
    startOnLoad: false,
    theme: 'base',
    look: 'classic',
    htmlLabels: false,
    deterministicIds: true,
    deterministicIDSeed: id,
    flowchart: { htmlLabels: false, curve: 'linear', padding: 12, wrappingWidth: 260 },
    themeVariables: {
      fontFamily: '"Noto Sans TC"',
      fontSize: '15px',
      background: note,
      ...Object.fromEntries(
        ['primaryColor', 'mainBkg', 'actorBkg', 'labelBoxBkgColor', 'activationBkgColor'].map((key) => [key, fill]),
      ),
      ...Object.fromEntries(['tertiaryColor', 'secondaryColor', 'clusterBkg'].map((key) => [key, group])),
      ...Object.fromEntries(['edgeLabelBackground', 'noteBkgColor'].map((key) => [key, note])),
      ...Object.fromEntries(
        // prettier-ignore
        ['primaryBorderColor', 'nodeBorder', 'clusterBorder', 'lineColor', 'actorBorder', 'actorLineColor', 'signalColor',
          'labelBoxBorderColor', 'noteBorderColor', 'activationBorderColor', 'defaultLinkColor'].map((key) => [key, line]),
      ),
      ...Object.fromEntries(
        // prettier-ignore
        ['primaryTextColor', 'secondaryTextColor', 'tertiaryTextColor', 'textColor', 'titleColor', 'nodeTextColor', 'actorTextColor',
          'signalTextColor', 'labelTextColor', 'loopTextColor', 'noteTextColor'].map((key) => [key, ink]),
      ),
    },
  });
  const { svg } = await mermaid.render(id, source);
  document.body.innerHTML = svg;
  const root = document.querySelector('svg');
  if (!root) throw new Error('Mermaid drew nothing');

  const hex = (colour: string) =>
    `#${[...colour.matchAll(/\d+/g)]
      .slice(0, 3)
      .map(([n]) => Number(n).toString(16).padStart(2, '0'))
      .join('')}`;
  const asVariable = (colour: string, otherwise: string) => {
    if (colour === 'none' || /, 0\)$/.test(colour)) return 'none';
    const role = Object.entries(roles).find(([, value]) => value === hex(colour))?.[0] ?? otherwise;
    return `var(--dg-${role})`;
  };

  // Read every style before changing any: a child's look may come from its parent's class.
  const styles = [
    ...root.querySelectorAll<SVGElement>('path, rect, circle, ellipse, polygon, polyline, line, text, tspan'),
  ].map((element) => {
    const { fill, stroke, strokeWidth, strokeDasharray, fontSize, fontWeight, textAnchor, dominantBaseline } =
      getComputedStyle(element);
    const isText = element.matches('text, tspan');
    const rules: string[] = [`fill:${isText ? 'var(--dg-ink)' : asVariable(fill, 'fill')}`];
    if (isText)
      rules.push(
        `font-size:${fontSize}`,
        `font-weight:${fontWeight}`,
        `text-anchor:${textAnchor}`,
        `dominant-baseline:${dominantBaseline}`,
      );
    else if (stroke !== 'none') rules.push(`stroke:${asVariable(stroke, 'line')}`, `stroke-width:${strokeWidth}`);
    if (!isText && strokeDasharray !== 'none') rules.push(`stroke-dasharray:${strokeDasharray}`);
    return [element, rules.join(';')] as const;
  });
  for (const element of root.querySelectorAll('style, title, desc')) element.remove();
  for (const element of [root, ...root.querySelectorAll('*')])
    for (const { name } of [...element.attributes])
      if (
        /^(class|style|role|aria-|data-|xml:space|alignment-baseline)/.test(name) ||
        (name === 'id' && element.localName !== 'marker' && element !== root)
      )
        element.removeAttribute(name);
  for (const [element, style] of styles) element.setAttribute('style', style);
  for (const marker of root.querySelectorAll('marker'))
    if (!root.querySelector(`[marker-end*='#${marker.id})'], [marker-start*='#${marker.id})']`)) marker.remove();
  // As wide as drawn where there is room, else as wide as the column.
  const [, , width = 0, height = 0] = (root.getAttribute('viewBox') ?? '').split(' ').map(Number);
  root.setAttribute('width', String(Math.ceil(width)));
  root.setAttribute('height', String(Math.ceil(height)));
  root.setAttribute('aria-hidden', 'true');
  return root.outerHTML;
}
