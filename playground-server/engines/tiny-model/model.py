"""The shape of tiny-1, and how its weights are saved and read back."""

import json
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import LlamaConfig, LlamaForCausalLM

from tokenizer import BEGIN, CONTEXT, END, PAD, VOCABULARY

# 5 180 672 parameters: small enough to read, to ship to a browser and to train in minutes.
CONFIG = {
    "architectures": ["LlamaForCausalLM"],
    "model_type": "llama",
    "vocab_size": VOCABULARY,
    "hidden_size": 256,
    "intermediate_size": 640,
    "num_hidden_layers": 6,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 64,
    "hidden_act": "silu",
    "max_position_embeddings": CONTEXT,
    "rope_theta": 10000.0,
    "rms_norm_eps": 1e-05,
    "attention_bias": False,
    "mlp_bias": False,
    "tie_word_embeddings": True,
    "bos_token_id": BEGIN,
    "eos_token_id": END,
    "pad_token_id": PAD,
    "torch_dtype": "float16",
}
GENERATION_CONFIG = {"bos_token_id": BEGIN, "eos_token_id": END, "pad_token_id": PAD, "do_sample": False}


def new_model() -> LlamaForCausalLM:
    """A model with random weights in fp32."""
    config = LlamaConfig(**{**CONFIG, "torch_dtype": "float32"}, attn_implementation="sdpa")
    return LlamaForCausalLM(config)


def round_to_fp16(model: LlamaForCausalLM) -> None:
    """Round every weight to fp16 in place, kept as fp32: from here on the model is the one that is published."""
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(parameter.half().float())


def save_model(model: LlamaForCausalLM, folder: Path) -> None:
    """Write config.json, generation_config.json and model.safetensors (fp16; the tied output matrix is stored once)."""
    tensors = {name: tensor.detach().half().cpu().contiguous() for name, tensor in model.state_dict().items()}
    tensors.pop("lm_head.weight")
    save_file(tensors, str(folder / "model.safetensors"), metadata={"format": "pt"})
    for name, value in (("config", CONFIG), ("generation_config", GENERATION_CONFIG)):
        (folder / f"{name}.json").write_text(json.dumps(value, indent=2) + "\n", "utf-8")


def load_model(folder: Path) -> LlamaForCausalLM:
    """The published weights, widened from fp16 to fp32, with transformers' eager attention."""
    return LlamaForCausalLM.from_pretrained(str(folder), dtype=torch.float32, attn_implementation="eager").eval()
