import { describe, expect, it } from 'vitest';
import { batcherTimeline, queueChart, staticFigure } from '#explorables/dynamic-batcher-charts.ts';
import { batcherConfig } from '#explorables/dynamic-batcher-config.ts';
import { numbersOf, numbersTable } from '#explorables/dynamic-batcher-numbers.ts';
import { residualSentence, residualTable } from '#explorables/dynamic-batcher-residual-table.ts';
import { type BatcherCalibration, type MeasuredPoint, residualsOf } from '#explorables/dynamic-batcher-residual.ts';
import {
  PRESETS,
  batcherParameters,
  comparisons,
  presetParameters,
  settingsOf,
  unmeasured,
} from '#explorables/dynamic-batcher-state.ts';
import { summariseServed } from '#explorables/dynamic-batcher-summary.ts';
import { toMarkup } from '#playground/chart/markup.ts';
import { acceptParameter, defaultParameters } from '#playground/parameter-url.ts';
import { wordsOf } from '#playground/ui-strings.ts';
import type { BatcherTrace } from '#simulators/batcher-trace.ts';
import { simulateBatcher } from '#simulators/dynamic-batcher.ts';
import calibrationFile from '#simulators/calibration/dynamic-batcher.json' with { type: 'json' };
import en from '../../content/i18n/en.json' with { type: 'json' };
import zh from '../../content/i18n/zh-TW.json' with { type: 'json' };

const calibration = calibrationFile as unknown as BatcherCalibration;
const { constants } = calibration;
const defaults = defaultParameters(batcherParameters);
const words = wordsOf(en, 'en');
const numbersWith = (changes: object) => numbersOf(simulateBatcher(settingsOf({ ...defaults, ...changes }, constants)));

describe('numbers of a trace', () => {
  // Two executions on one of two instances: requests 0 and 1 together, request 2 refused, request 3 alone.
  const trace: BatcherTrace = {
    instances: 2,
    waiting: [],
    batches: [
      { id: 0, instance: 0, startedAtMs: 2, endedAtMs: 12, requests: [0, 1] },
      { id: 1, instance: 0, startedAtMs: 12, endedAtMs: 22, requests: [3] },
    ],
    requests: [
      { id: 0, priority: 0, sentAtMs: 0, queuedAtMs: 0, startedAtMs: 2, endedAtMs: 12, answeredAtMs: 12, batch: 0 },
      { id: 1, priority: 0, sentAtMs: 2, queuedAtMs: 2, startedAtMs: 2, endedAtMs: 12, answeredAtMs: 12, batch: 0 },
      { id: 2, priority: 0, sentAtMs: 3, queuedAtMs: 3, answeredAtMs: 3, rejected: 'queue-full' },
      { id: 3, priority: 0, sentAtMs: 5, queuedAtMs: 5, startedAtMs: 12, endedAtMs: 22, answeredAtMs: 22, batch: 1 },
    ],
  };

  it('by hand', () => {
    const numbers = numbersOf(trace);
    expect(numbers).toMatchObject({ meanBatch: 1.5, latencyP50Ms: 12, meanQueueMs: 3, refused: 1 });
    expect(numbers.throughputPerSecond).toBeCloseTo(3 / 0.022, 6);
    expect(numbers.utilisation).toBeCloseTo(20 / 44, 6);
    expect(numbers.urgentP99Ms).toBeUndefined();
  });

  it('count each execution once, whatever its size', () => {
    const served = [4, 4, 4, 4, 1].map((batchSize, index) => ({
      sentAtMs: index,
      answeredAtMs: index + 10,
      batchSize,
    }));
    expect(summariseServed(served).meanBatch).toBe(2.5);
  });
});

describe('each preset makes its point', () => {
  const numbers = (id: string, changes = {}) => numbersWith({ ...PRESETS[id], ...changes });

  it('quiet: the delay adds more than half of itself to the median, and batches stay below 2.5', () => {
    const [withDelay, without] = [numbers('quiet'), numbers('quiet', { maxQueueDelayMs: 0 })];
    expect(withDelay.latencyP50Ms - without.latencyP50Ms).toBeGreaterThan(10);
    expect(withDelay.meanBatch).toBeLessThan(2.5);
    expect(withDelay.throughputPerSecond / without.throughputPerSecond).toBeCloseTo(1, 1);
  });

  it('saturated: without batching two thirds of the throughput are lost', () => {
    const [batched, single] = [numbers('saturated'), numbers('saturated', { maxBatchSize: 1 })];
    expect(single.throughputPerSecond).toBeLessThan(batched.throughputPerSecond / 2.5);
    expect(single.utilisation).toBeGreaterThan(0.99);
  });

  it('starving: the others wait many times as long as the urgent', () => {
    const { urgentP99Ms, otherP99Ms } = numbers('starving');
    expect(otherP99Ms! / urgentP99Ms!).toBeGreaterThan(5);
  });

  it('and every value of it is one its control accepts', () => {
    for (const id of Object.keys(PRESETS)) {
      const parameters = presetParameters(id);
      for (const declared of batcherParameters)
        expect(acceptParameter(declared, String(parameters[declared.name])), declared.name).toBe(
          parameters[declared.name],
        );
    }
  });
});

describe('config.pbtxt', () => {
  it('in microseconds, and nothing that the reader did not set', () => {
    expect(batcherConfig(defaults)).toBe('max_batch_size: 16\ninstance_group [ { count: 1 } ]\ndynamic_batching { }');
    expect(batcherConfig({ ...defaults, maxQueueDelayMs: 5, preferredBatchSize: 8 })).toBe(
      `max_batch_size: 16
instance_group [ { count: 1 } ]
dynamic_batching {
  max_queue_delay_microseconds: 5000
  preferred_batch_size: [ 8 ]
}`,
    );
  });

  it('has no dynamic_batching for a batch of one', () => {
    expect(batcherConfig({ ...defaults, maxBatchSize: 1 })).not.toContain('dynamic_batching');
  });

  it('puts the policy on the level it is for', () => {
    const parameters = { ...defaults, urgentPercent: 20, maxQueueSize: 8, timeoutMs: 100 };
    expect(batcherConfig(parameters)).toContain(`  priority_queue_policy {
    key: 2
    value {
      timeout_action: REJECT
      default_timeout_microseconds: 100000
      max_queue_size: 8
    }
  }`);
    expect(batcherConfig({ ...parameters, urgentPercent: 0 })).toContain('default_queue_policy {');
  });
});

describe('the figures', () => {
  const trace = simulateBatcher(settingsOf({ ...defaults, requestsPerSecond: 300 }, constants));

  it('show every batch of the window, in the drawing, at the cursor and in the table', () => {
    const chart = batcherTimeline(trace, words, 600, 1000);
    const shown = trace.batches.filter(({ startedAtMs, endedAtMs }) => endedAtMs > 1000 && startedAtMs < 1400);
    expect(chart.table.rows.length).toBe(shown.length);
    expect(chart.stops.length).toBe(shown.length);
    expect(toMarkup(staticFigure(chart, words)).split('mark-batch').length - 1).toBe(shown.length);
  });

  it('show the longest queue there was', () => {
    const most = Math.max(...trace.waiting.map(({ requests }) => requests));
    const rows = queueChart(trace, words, 600).table.rows.map(([, requests]) => Number(requests));
    expect(Math.max(...rows)).toBe(most);
  });

  it('have words for everything, in both languages', () => {
    const starving = presetParameters('starving');
    const residuals = residualsOf(calibration.points, constants);
    for (const [strings, language] of [
      [en, 'en'],
      [zh, 'zh-TW'],
    ] as const) {
      const say = wordsOf(strings, language);
      const columns = comparisons(starving).map(({ id, parameters }) => ({
        id,
        numbers: numbersOf(simulateBatcher(settingsOf(parameters, constants))),
      }));
      const markup = [
        numbersTable(columns, say),
        staticFigure(batcherTimeline(trace, say, 600, 0), say),
        staticFigure(queueChart(trace, say, 600), say),
        residualTable(residuals, say),
      ].map(toMarkup);
      markup.push(residualSentence(residuals, 0, say));
      expect(markup.join('')).not.toMatch(/batcher\.|\{\{|NaN|undefined/);
      for (const { name } of batcherParameters) expect(strings).toHaveProperty([`batcher.parameter.${name}`]);
    }
  });
});

describe('the residual', () => {
  const point = calibration.points[0]!;
  const withThroughput = (...values: number[]): MeasuredPoint => ({
    ...point,
    repeats: values.map((throughputPerSecond) => ({ ...point.repeats[0]!, throughputPerSecond })),
  });

  it('is against the median, and allows a tenth or the spread of the repeats', () => {
    const simulated = residualsOf([point], constants)[0]!.numbers.throughputPerSecond.simulated;
    const near = residualsOf([withThroughput(simulated * 1.05, simulated * 1.05, simulated * 1.05)], constants)[0]!;
    expect(near.numbers.throughputPerSecond).toMatchObject({ isWithin: true, spread: 0, allowed: 0.1 });
    const far = residualsOf([withThroughput(simulated * 1.3, simulated * 1.3, simulated * 1.3)], constants)[0]!;
    expect(far.numbers.throughputPerSecond.isWithin).toBe(false);
    const wide = residualsOf([withThroughput(simulated, simulated * 1.3, simulated * 1.6)], constants)[0]!;
    expect(wide.numbers.throughputPerSecond.isWithin).toBe(true);
  });

  it('of what was measured: at least 24 settings, three repeats each, no client over 70 % busy', () => {
    expect(calibration.points.length).toBeGreaterThanOrEqual(24);
    for (const { repeats } of calibration.points) {
      expect(repeats.length).toBe(3);
      for (const { clientBusyShare } of repeats) expect(clientBusyShare).toBeLessThanOrEqual(0.7);
    }
    expect(calibration.points.filter(({ role }) => role === 'check').length).toBeGreaterThanOrEqual(12);
  });

  it('stays within the bar for at least nine settings in ten; the page names the others', () => {
    const residuals = residualsOf(calibration.points, constants);
    const within = residuals.filter(({ isWithin }) => isWithin).length;
    expect(within / residuals.length).toBeGreaterThanOrEqual(0.9);
    const table = toMarkup(residualTable(residuals, words));
    expect(table.includes('residual-off')).toBe(within < residuals.length);
  });
});

it('controls that leave what was measured are named', () => {
  expect(unmeasured(defaults)).toEqual([]);
  expect(unmeasured({ ...defaults, urgentPercent: 10, instances: 4 })).toEqual(['instances', 'urgentPercent']);
});
