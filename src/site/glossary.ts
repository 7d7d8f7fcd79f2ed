export interface TermWords {
  /** the term as the page's language writes it */
  term: string;
  /** one or two plain sentences */
  short: string;
}

/** Every term of the course, in both languages. `<Term id>` shows one; ids are those of design and code, in kebab case. */
export const glossary = {
  inference: {
    en: { term: 'inference', short: 'Running a trained model to get an answer, as opposed to training it.' },
    'zh-TW': { term: '推理', short: '用訓練好的模型算出答案，和訓練相對。也有人稱為「推論」。' },
  },
  serving: {
    en: {
      term: 'serving',
      short: 'Keeping a model loaded behind a network endpoint and answering many callers at once.',
    },
    'zh-TW': { term: '模型服務', short: '讓模型保持載入，在網路端點後面同時回應許多呼叫端。' },
  },
  token: {
    en: {
      term: 'token',
      short: 'The unit a language model reads and writes: a word, part of a word, or a few bytes, known by a number.',
    },
    'zh-TW': { term: 'token', short: '語言模型讀寫的單位（詞元）：一個詞、詞的一部分，或幾個位元組，各有一個編號。' },
  },
  tokenizer: {
    en: {
      term: 'tokenizer',
      short: 'Turns text into token numbers and back. Each model has its own; another one gives nonsense.',
    },
    'zh-TW': {
      term: 'tokenizer',
      short: '分詞器：把文字換成 token 編號，再換回來。每個模型各有自己的一套，用錯就成了亂碼。',
    },
  },
  prompt: {
    en: { term: 'prompt', short: 'The text given to the model, which it continues.' },
    'zh-TW': { term: 'prompt', short: '提示詞：交給模型、由它接著寫下去的文字。' },
  },
  'chat-template': {
    en: {
      term: 'chat template',
      short:
        'The rule, kept beside the tokenizer, that turns a list of messages into the one text the model was trained on.',
    },
    'zh-TW': {
      term: 'chat template',
      short: '對話範本：跟著 tokenizer 走的規則，把一串訊息排成模型訓練時看過的那種格式。',
    },
  },
  'context-window': {
    en: {
      term: 'context window',
      short: 'The largest number of tokens, prompt and answer together, that the model can take into account.',
    },
    'zh-TW': { term: '上下文視窗', short: '模型一次最多能看的 token 數，prompt 和答案都算在內。' },
  },
  prefill: {
    en: {
      term: 'prefill',
      short:
        'The first phase: all prompt tokens pass through the model together and fill the KV cache. Limited by arithmetic.',
    },
    'zh-TW': { term: 'prefill', short: '預填：第一個階段，整段 prompt 一次通過模型並填好 KV 快取，受限於運算。' },
  },
  decode: {
    en: {
      term: 'decode',
      short:
        'The second phase: one token per step and per request, each step reading all weights. Limited by memory bandwidth.',
    },
    'zh-TW': {
      term: 'decode',
      short: '解碼：第二個階段，每個請求每步產生一個 token，每步都要讀一遍權重，受限於記憶體頻寬。',
    },
  },
  'kv-cache': {
    en: {
      term: 'KV cache',
      short:
        'Keys and values of all earlier tokens, kept so that a new token need not compute them again. Grows with every token.',
    },
    'zh-TW': {
      term: 'KV 快取',
      short: '保留先前所有 token 的 key 與 value，新的 token 就不必重算。每多一個 token 就多占一份記憶體。',
    },
  },
  'kv-block': {
    en: {
      term: 'KV block',
      short: 'A fixed number of tokens’ worth of KV cache, the unit in which the engine allocates it.',
    },
    'zh-TW': { term: 'KV 區塊', short: '固定數量 token 的 KV 快取，是引擎配置記憶體的單位。' },
  },
  'paged-attention': {
    en: {
      term: 'PagedAttention',
      short: 'Keeping the KV cache in blocks found through a table, like pages of memory, so that little is wasted.',
    },
    'zh-TW': { term: 'PagedAttention', short: '把 KV 快取切成區塊、用表格查位置，像記憶體分頁一樣，幾乎不浪費空間。' },
  },
  'prefix-caching': {
    en: {
      term: 'prefix caching',
      short: 'Reusing the KV blocks of a prompt’s beginning that an earlier request has already computed.',
    },
    'zh-TW': { term: '前綴快取', short: '開頭相同的 prompt，直接沿用先前請求算好的 KV 區塊。' },
  },
  preemption: {
    en: {
      term: 'preemption',
      short: 'Taking the KV blocks away from a running request because memory ran out; it is computed again later.',
    },
    'zh-TW': { term: '搶占', short: '記憶體不夠時收回執行中請求的 KV 區塊，之後再重算。' },
  },
  'chunked-prefill': {
    en: {
      term: 'chunked prefill',
      short: 'Splitting a long prompt over several steps so that running requests keep getting tokens meanwhile.',
    },
    'zh-TW': { term: '分塊預填', short: '把長的 prompt 分幾步處理，讓進行中的請求同時也拿得到 token。' },
  },
  logits: {
    en: {
      term: 'logits',
      short: 'The model’s raw output: one number per vocabulary entry, before they become probabilities.',
    },
    'zh-TW': { term: 'logits', short: '模型的原始輸出：詞彙表的每一項各有一個數，還沒有換成機率。' },
  },
  softmax: {
    en: { term: 'softmax', short: 'Turns logits into probabilities: exponentiate each, then divide by the sum.' },
    'zh-TW': { term: 'softmax', short: '把 logits 換成機率：各取指數，再除以總和。' },
  },
  logprob: {
    en: {
      term: 'logprob',
      short: 'Natural logarithm of a token’s probability: 0 is certain, the more negative the less likely.',
    },
    'zh-TW': { term: 'logprob', short: 'token 機率的自然對數：0 表示必然，負得愈多愈不可能。' },
  },
  sampling: {
    en: { term: 'sampling', short: 'Drawing the next token at random, by the probabilities the model gave.' },
    'zh-TW': { term: '取樣', short: '按照模型給的機率，隨機抽出下一個 token。' },
  },
  greedy: {
    en: { term: 'greedy decoding', short: 'Always taking the most probable token; the same as temperature 0.' },
    'zh-TW': { term: '貪婪解碼', short: '每次都取機率最高的 token，等於 temperature 設為 0。' },
  },
  temperature: {
    en: {
      term: 'temperature',
      short:
        'Divides the logits before softmax: below 1 sharpens the distribution, above 1 flattens it, 0 means greedy.',
    },
    'zh-TW': {
      term: 'temperature',
      short: '溫度：softmax 之前，每個 logit 都除以它。小於 1 分布更尖，大於 1 更平，0 代表貪婪解碼。',
    },
  },
  'top-k': {
    en: { term: 'top-k', short: 'Keep only the k most probable tokens and draw among them.' },
    'zh-TW': { term: 'top-k', short: '只保留機率最高的 k 個 token，從中抽取。' },
  },
  'top-p': {
    en: {
      term: 'top-p',
      short: 'Keep the smallest set of tokens whose probabilities add up to at least p. Also called nucleus sampling.',
    },
    'zh-TW': { term: 'top-p', short: '保留機率加起來至少為 p 的最小一組 token，又稱 nucleus sampling。' },
  },
  'min-p': {
    en: { term: 'min-p', short: 'Drop every token less probable than p times the most probable one.' },
    'zh-TW': { term: 'min-p', short: '機率低於「最高機率乘以 p」的 token 一律去掉。' },
  },
  seed: {
    en: { term: 'seed', short: 'Start value of the random numbers: same seed, same model, same engine, same draws.' },
    'zh-TW': { term: '亂數種子', short: '亂數的起始值：種子、模型、引擎都相同，抽出的結果就相同。' },
  },
  'stop-token': {
    en: { term: 'end token', short: 'A special token by which the model says that the answer is complete.' },
    'zh-TW': { term: '結束 token', short: '特殊的 token，模型用它表示答案寫完了。' },
  },
  streaming: {
    en: { term: 'streaming', short: 'Sending each token as soon as it exists instead of the whole answer at the end.' },
    'zh-TW': { term: '串流', short: '產生一個 token 就送出一個，不等整個答案完成。' },
  },
  sse: {
    en: {
      term: 'SSE',
      short: 'Server-sent events: one long HTTP response in which the server writes events as lines of text.',
    },
    'zh-TW': { term: 'SSE', short: 'server-sent events：一個很長的 HTTP 回應，伺服器把事件一行行寫進去。' },
  },
  ttft: {
    en: {
      term: 'TTFT',
      short:
        'Time to first token: from sending the request to the first piece of the answer. Includes queue, prefill and network.',
    },
    'zh-TW': { term: 'TTFT', short: '首個 token 延遲：從送出請求到收到答案的第一段，包含排隊、prefill 和網路。' },
  },
  itl: {
    en: {
      term: 'ITL',
      short: 'Inter-token latency: the gap between one token and the next. A distribution, not one number.',
    },
    'zh-TW': { term: 'ITL', short: 'token 間延遲：前後兩個 token 之間的間隔。它是一個分布，不是單一數字。' },
  },
  tpot: {
    en: {
      term: 'TPOT',
      short: 'Time per output token of one request: (end-to-end latency − TTFT) / (output tokens − 1).',
    },
    'zh-TW': {
      term: 'TPOT',
      short: '每個輸出 token 的時間：（端到端延遲 − TTFT）÷（輸出 token 數 − 1），每個請求各算一次。',
    },
  },
  'end-to-end-latency': {
    en: { term: 'end-to-end latency', short: 'From sending the request to the last token of the answer.' },
    'zh-TW': { term: '端到端延遲', short: '從送出請求到收到答案的最後一個 token。' },
  },
  'queue-time': {
    en: { term: 'queue time', short: 'How long a request waited before the engine began to work on it.' },
    'zh-TW': { term: '佇列等待時間', short: '引擎開始處理之前，請求等了多久。' },
  },
  throughput: {
    en: {
      term: 'throughput',
      short: 'Work done per second by the whole server, for example output tokens per second over all requests.',
    },
    'zh-TW': { term: '吞吐量', short: '整台伺服器每秒完成的工作，例如所有請求合計每秒輸出的 token 數。' },
  },
  goodput: {
    en: {
      term: 'goodput',
      short: 'Requests per second that also meet the stated latency goal. Late answers do not count.',
    },
    'zh-TW': { term: '有效吞吐量', short: '每秒有多少請求達到約定的延遲目標。太慢的答案不算。' },
  },
  concurrency: {
    en: {
      term: 'concurrency',
      short: 'How many requests are in progress at the same moment. Holding it fixed is a closed loop.',
    },
    'zh-TW': { term: '並行數', short: '同一刻有多少請求正在處理。把它固定住，就是閉迴路測試。' },
  },
  'request-rate': {
    en: {
      term: 'request rate',
      short: 'How many requests arrive per second, whether or not earlier ones are finished: an open loop.',
    },
    'zh-TW': { term: '請求速率', short: '每秒到達多少請求，不管前面的做完沒有，也就是開迴路。' },
  },
  batch: {
    en: {
      term: 'batch',
      short: 'Several requests computed in one pass, so that the weights are read once for all of them.',
    },
    'zh-TW': { term: '批次', short: '併在一起一次算完的幾個請求，權重只要讀一遍。' },
  },
  'continuous-batching': {
    en: {
      term: 'continuous batching',
      short:
        'Choosing the batch anew at every step: finished requests leave at once, waiting ones join at once. vLLM works this way.',
    },
    'zh-TW': {
      term: '連續批次處理',
      short: '每一步都重新決定批次：做完的請求立刻離開，等候的立刻加入。vLLM 就是這樣運作。',
    },
  },
  'dynamic-batching': {
    en: {
      term: 'dynamic batching',
      short: 'Triton’s way: requests that wait in the queue are executed together, each as a whole.',
    },
    'zh-TW': { term: '動態批次處理', short: 'Triton 的做法：把佇列裡等候的請求併成一批，整批一起執行。' },
  },
  'batch-dimension': {
    en: {
      term: 'batch dimension',
      short:
        'The first number of a tensor’s shape when it counts independent items, each of which gets its own result.',
    },
    'zh-TW': { term: '批次維度', short: '張量形狀的第一個數，表示有幾筆互不相干的資料，每一筆各有自己的結果。' },
  },
  scheduler: {
    en: {
      term: 'scheduler',
      short: 'The part of an engine that decides, before each step, which requests take part and with how many tokens.',
    },
    'zh-TW': { term: '排程器', short: '引擎的一部分，在每一步之前決定哪些請求參與、各處理幾個 token。' },
  },
  percentile: {
    en: {
      term: 'percentile',
      short: 'p99 is the value that 99 % of the measurements do not exceed. It shows the slow tail that a mean hides.',
    },
    'zh-TW': { term: '百分位數', short: 'p99 是 99% 的測量值都不超過的數，看得到平均值遮住的尾端。' },
  },
  slo: {
    en: {
      term: 'SLO',
      short: 'Service level objective: a goal that can be checked, such as “99 % of first tokens within 500 ms”.',
    },
    'zh-TW': { term: 'SLO', short: '服務水準目標：可以檢驗的目標，例如「99% 的首個 token 在 500 ms 內」。' },
  },
  'speculative-decoding': {
    en: {
      term: 'speculative decoding',
      short:
        'A cheap draft proposes several tokens, the real model checks them in one pass. The output’s distribution stays the same.',
    },
    'zh-TW': { term: '推測解碼', short: '先用便宜的草稿提出幾個 token，再由真正的模型一次驗證。輸出的分布不變。' },
  },
  quantization: {
    en: {
      term: 'quantization',
      short: 'Storing numbers with fewer bits: less memory to hold and to read, at some cost in accuracy.',
    },
    'zh-TW': { term: '量化', short: '用較少的位元存數值：占用和讀取的記憶體都變少，代價是一些準確率。' },
  },
  backend: {
    en: {
      term: 'backend',
      short: 'In Triton, the part that executes models of one kind, such as Python, ONNX Runtime or vLLM.',
    },
    'zh-TW': { term: '後端', short: '在 Triton 裡，負責執行某一類模型的部分，例如 Python、ONNX Runtime 或 vLLM。' },
  },
  'model-repository': {
    en: {
      term: 'model repository',
      short: 'The folder from which Triton loads models: one folder per model, one numbered folder per version.',
    },
    'zh-TW': { term: '模型儲存庫', short: 'Triton 載入模型的資料夾：一個模型一個資料夾，一個版本一個數字資料夾。' },
  },
  'model-configuration': {
    en: {
      term: 'model configuration',
      short:
        'What Triton must know of a model besides its weights: tensors, batch size, versions, instances, batching.',
    },
    'zh-TW': {
      term: '模型組態',
      short: '除了權重以外，Triton 要知道的事：張量、批次大小、版本、執行個體、批次方式。',
    },
  },
  'version-policy': {
    en: {
      term: 'version policy',
      short: 'Says which of a model’s version folders Triton serves. By default only the newest.',
    },
    'zh-TW': { term: '版本策略', short: '決定 Triton 提供模型的哪些版本，預設只有最新的一個。' },
  },
  'model-instance': {
    en: {
      term: 'model instance',
      short: 'One loaded copy of a model that executes one batch at a time. Two instances execute two at once.',
    },
    'zh-TW': { term: '模型執行個體', short: '載入的一份模型，一次執行一批。兩個執行個體可以同時執行兩批。' },
  },
  ensemble: {
    en: {
      term: 'ensemble',
      short:
        'In Triton, a fixed pipeline of models written in a configuration; tensors pass between them inside the server.',
    },
    'zh-TW': { term: '模型組合', short: '在 Triton 裡，用組態寫成的固定管線，張量在伺服器內部從一個模型傳到下一個。' },
  },
  bls: {
    en: {
      term: 'BLS',
      short:
        'Business logic scripting: a Python model in Triton that calls other models, so that code decides what comes next.',
    },
    'zh-TW': {
      term: 'BLS',
      short: 'business logic scripting：Triton 裡的 Python 模型呼叫其他模型，由程式碼決定下一步。',
    },
  },
  'companion-server': {
    en: {
      term: 'companion server',
      short: 'The small server that comes with this course and runs its experiments on real engines.',
    },
    'zh-TW': { term: '實驗伺服器', short: '本課程附的小型伺服器，在真正的引擎上執行實驗。' },
  },
} as const satisfies Record<string, { en: TermWords; 'zh-TW': TermWords }>;

export type TermId = keyof typeof glossary;

export function isTermId(id: string): id is TermId {
  return Object.hasOwn(glossary, id);
}
