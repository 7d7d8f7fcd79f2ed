import { glossary } from './glossary.ts';

/**
 * Words a reader may type for what the pages call otherwise: other words used in Taiwan, older ones, mainland ones, and English for
 * pages that only gloss it once. Accepted in search, never written. Words with a second meaning on these pages are left out.
 */
const alsoSeen: readonly (readonly string[])[] = [
  ['推理', '推論', 'inference'],
  ['模型服務', 'serving'],
  ['tokenizer', '分詞器', '斷詞器'],
  ['prompt', '提示詞'],
  ['chat template', '對話範本', '聊天模板'],
  ['KV 快取', 'KV cache'],
  ['前綴快取', '前置字串快取', 'prefix caching'],
  ['搶占', '搶佔', '先占', 'preemption'],
  ['取樣', '採樣', '抽樣', 'sampling'],
  ['工具呼叫', '函式呼叫', 'tool call'],
  ['推測解碼', '推測性解碼', '投機解碼', 'speculative decoding'],
  ['張量平行', '張量並行', 'tensor parallelism'],
  ['PagedAttention', '分頁注意力'],
  ['GPU 記憶體', '顯示記憶體', 'VRAM'],
  ['連續批次處理', 'continuous batching'],
  ['動態批次處理', 'dynamic batching'],
  ['排程', '調度', 'scheduling'],
  ['並行', '併發', '並發', 'concurrency'],
  ['開迴路', '開環', 'open loop'],
  ['閉迴路', '閉環', 'closed loop'],
  ['卜瓦松', '波松', 'Poisson'],
  ['吞吐量', '輸送量', '處理量', 'throughput'],
  ['尾端延遲', 'tail latency'],
  ['首個 token 延遲', '首 token 延遲', '首字延遲', 'TTFT'],
  ['端到端', '端對端', 'end-to-end'],
  ['取捨', '權衡', 'trade-off'],
  ['暖機', '預熱', 'warm-up'],
  ['背壓', '反壓', 'back-pressure'],
  ['模型儲存庫', '模型倉庫', 'model repository'],
  ['模型組態', '模型設定', 'model configuration'],
  ['執行個體', '實例', 'instance'],
  ['模型組合', '集成管線', 'ensemble'],
  ['事件迴圈', '事件循環', 'event loop'],
  ['死結', '死鎖', 'deadlock'],
  ['串流', '流式', 'streaming'],
  ['逾時', '超時', 'timeout'],
  ['閘道', '網關', 'gateway'],
  ['可觀測性', '可觀察性', 'observability'],
  ['效能剖析', '性能分析', 'profiling'],
  ['告警', '警報', 'alert'],
  ['基準測試', '跑分', 'benchmark'],
  ['負載測試', '壓測', 'load test'],
  ['映像檔', '鏡像', 'container image'],
  ['叢集', '集群', 'cluster'],
  ['部署', '佈署', 'deploy'],
  ['正式環境', '生產環境', 'production'],
  ['自動擴縮', '彈性擴縮', 'autoscaling'],
  ['滾動更新', 'rolling update'],
  ['負載平衡', '負載均衡', 'load balancing'],
  ['容錯移轉', '故障轉移', 'failover'],
  ['權重', 'weights'],
  ['佇列', '隊列', 'queue'],
  ['斷路器', '熔斷', 'circuit breaker'],
  ['限流', '速率限制', 'rate limiting'],
  ['伺服器', '服務器', 'server'],
  ['最佳化', '優化', 'optimization'],
];

/** Groups of words that mean the same, for `/search-synonyms.json`: the list above and the two languages of every glossary term. */
export const synonymGroups: readonly (readonly string[])[] = [
  ...alsoSeen,
  ...Object.values(glossary)
    .map(({ en, 'zh-TW': zh }) => [zh.term, en.term])
    .filter(([zh, en]) => zh !== en),
];
