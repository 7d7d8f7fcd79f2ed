import type { Parameters } from '#contract/run-request.ts';
import { numberOf } from './dynamic-batcher-state.ts';

/** The lines of config.pbtxt that give a real model the settings of the controls; Triton counts microseconds. */
export function batcherConfig(parameters: Parameters): string {
  const get = (name: string) => numberOf(parameters, name);
  const [size, delay, preferred] = [get('maxBatchSize'), get('maxQueueDelayMs'), get('preferredBatchSize')];
  const hasPolicy = get('maxQueueSize') > 0 || get('timeoutMs') > 0;
  const hasLevels = get('urgentPercent') > 0;
  const policy = [
    `timeout_action: ${String(parameters['timeoutAction'])}`,
    `default_timeout_microseconds: ${get('timeoutMs') * 1000}`,
    `max_queue_size: ${get('maxQueueSize')}`,
  ];
  const lines = [
    ...(delay > 0 ? [`max_queue_delay_microseconds: ${delay * 1000}`] : []),
    ...(preferred > 0 ? [`preferred_batch_size: [ ${Math.min(preferred, size)} ]`] : []),
    ...(hasLevels ? ['priority_levels: 2', 'default_priority_level: 2'] : []),
    ...(hasPolicy && hasLevels ? block('priority_queue_policy', ['key: 2', ...block('value', policy)]) : []),
    ...(hasPolicy && !hasLevels ? block('default_queue_policy', policy) : []),
  ];
  const batching = size > 1 || hasLevels || hasPolicy ? block('dynamic_batching', lines) : [];
  return [`max_batch_size: ${size}`, `instance_group [ { count: ${get('instances')} } ]`, ...batching].join('\n');
}

function block(name: string, lines: readonly string[]): string[] {
  if (lines.length === 0) return [`${name} { }`];
  return [`${name} {`, ...lines.map((line) => `  ${line}`), '}'];
}
