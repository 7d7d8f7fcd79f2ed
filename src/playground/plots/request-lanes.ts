import { horizontalAxis } from '../chart/axes.ts';
import type { Chart } from '../chart/chart.ts';
import { scaleFromZero } from '../chart/scale.ts';
import { node } from '../chart/markup.ts';
import type { RequestState, RunState } from '../run-state.ts';
import type { Words } from '../ui-strings.ts';

const LANE_HEIGHT = 14;
const LANE_GAP = 4;
const TOP = 8;
const AXIS_HEIGHT = 42;
const LEFT = 30;

/** A lane per request: the wait for its first token, then a mark per chunk until it ends. */
export function requestLanes(state: RunState, words: Words, width: number): Chart {
  const requests = [...state.requests.values()].sort((a, b) => a.request - b.request);
  const lastMs = Math.max(0, ...requests.map(lastSeenMs));
  const bottom = TOP + Math.max(1, requests.length) * (LANE_HEIGHT + LANE_GAP);
  const x = scaleFromZero(lastMs, LEFT, width - 16, width < 480 ? 4 : 8);
  const rows = requests.map((request) => {
    const first = request.tokens.find((token) => token.tokenCount > 0);
    return {
      request: words.number(request.request + 1),
      sent: words.milliseconds(request.sentAtMs),
      ttft: first ? words.milliseconds(first.atMs - request.sentAtMs) : '',
      total: request.endedAtMs === undefined ? '' : words.milliseconds(request.endedAtMs - request.sentAtMs),
      tokens: words.number(request.tokens.reduce((sum, token) => sum + token.tokenCount, 0)),
      end: request.endReason ? words.t(`playground.end.${request.endReason}`) : '',
    };
  });

  return {
    title: words.t('chart.lanes.title'),
    caption: words.t('chart.lanes.caption'),
    width,
    height: bottom + AXIS_HEIGHT,
    nodes: [
      horizontalAxis(x, { left: LEFT, right: width - 4, top: TOP, bottom }, words.t('chart.lanes.axis'), (tick) =>
        words.number(tick),
      ),
      ...requests.map((request, lane) => {
        const y = TOP + lane * (LANE_HEIGHT + LANE_GAP);
        const first = request.tokens.find((token) => token.tokenCount > 0)?.atMs ?? request.endedAtMs ?? lastMs;
        const band = (from: number, to: number, kind: string) =>
          node('rect', { class: kind, x: x(from), width: Math.max(0.5, x(to) - x(from)), y, height: LANE_HEIGHT });
        return node(
          'g',
          {},
          node(
            'text',
            { class: 'chart-tick', x: LEFT - 6, y: y + 11, 'text-anchor': 'end' },
            words.number(request.request + 1),
          ),
          band(request.sentAtMs, first, 'mark-wait'),
          band(first, lastSeenMs(request), 'mark-decode'),
          node('path', {
            class: 'mark-token',
            d: request.tokens.map((token) => `M${x(token.atMs).toFixed(1)} ${y}v${LANE_HEIGHT}`).join(''),
          }),
        );
      }),
    ],
    stops: requests.map((request, lane) => ({
      x: x(lastSeenMs(request)),
      y: TOP + lane * (LANE_HEIGHT + LANE_GAP),
      words: words.t('chart.lanes.stop', rows[lane] ?? {}),
    })),
    table: {
      columns: ['request', 'sent', 'ttft', 'total', 'tokens', 'end'].map((name) =>
        words.t(`chart.lanes.column.${name}`),
      ),
      rows: rows.map(({ request, sent, ttft, total, tokens, end }) => [request, sent, ttft, total, tokens, end]),
    },
  };
}

function lastSeenMs(request: RequestState): number {
  return request.endedAtMs ?? request.tokens.at(-1)?.atMs ?? request.sentAtMs;
}
