/**
 * Words of the field that a reader may search for where this book has other words: whatever a section's text matches is also called so. Each
 * stands for something the section is about, and for nothing else.
 */
const OTHER_WORDS: readonly (readonly [RegExp, string])[] = [
  [/low[- ]rank|rank[- ]one update/i, "LoRA low-rank adaptation adapter PEFT parameter-efficient"],
  [/value[- ]only|value matrix only/i, "PEFT parameter-efficient frozen freezing partial fine-tuning"],
  [/forgets?\b|forgetting|forgot|erase/i, "catastrophic forgetting interference"],
  [/in-context/i, "ICL few-shot prompting"],
  [/fine-tun/i, "finetuning finetune SFT supervised fine-tuning adaptation"],
  [/auxiliary/i, "multi-task mixture rehearsal replay regularizer"],
  [/linear attention|softmax/i, "transformer self-attention"],
  [/several layers|two layers|depth/i, "deep multi-layer"],
  [/gradient flow|gradient descent/i, "training dynamics SGD optimizer convergence"],
  [/\bsaddle|plateau/i, "loss landscape critical point"],
  [/Monte Carlo|sampled prompts|simulat/i, "simulation sampling estimate"],
  [/stopp?(?:ed|ing)? early|early stopping|when to stop/i, "early stopping regularization"],
  [/interpolat/i, "weight averaging WiSE-FT model soup"],
  [/pretrain/i, "pre-training foundation model meta-learning"],
  [/least squares|regression/i, "ridge OLS linear regression"],
  [/real (?:tables?|data)|measured data/i, "dataset benchmark tabular diabetes"],
  [/heavy-tailed|sparse|not Gaussian/i, "non-Gaussian distribution shift robustness"],
  [/key-query|query and key|keys? and quer/i, "QK attention scores W_Q W_K"],
  [/value matrix|value row/i, "OV W_V"],
];

/** What a section's text is also called. */
export function otherWords(text: string): string {
  return OTHER_WORDS.filter(([pattern]) => pattern.test(text))
    .map(([, words]) => words)
    .join(" ");
}
