//! Which way a metric gets better: what its name suggests, unless a person says otherwise.

use serde::{Deserialize, Serialize};

/// Parts of a metric's name that say that less of it is better.
const LESS_IS_BETTER: [&str; 4] = ["loss", "error", "perplexity", "latency"];
/// The same, as whole words: they are parts of too many others.
const LESS_IS_BETTER_ALONE: [&str; 29] = [
    "rmse",
    "mae",
    "mse",
    "rmsle",
    "msle",
    "mase",
    "mape",
    "smape",
    "wape",
    "wer",
    "cer",
    "ter",
    "eer",
    "err",
    "errors",
    "losses",
    "nll",
    "nlls",
    "crossentropy",
    "xent",
    "bce",
    "ppl",
    "brier",
    "fid",
    "kid",
    "lpips",
    "bpb",
    "bpc",
    "bpd",
];
/// The same, as words that follow each other. (Entropy alone is a policy's, and better in neither way for sure.)
const LESS_IS_BETTER_TOGETHER: [&[&str]; 3] = [
    &["cross", "entropy"],
    &["bits", "per"],
    &["negative", "log", "likelihood"],
];
/// What is set or follows from the machine, and is no measure of the model: neither way is better.
const SETTINGS: [&[&str]; 21] = [
    &["learning", "rate"],
    &["learningrate"],
    &["lr"],
    &["momentum"],
    &["weight", "decay"],
    &["dropout"],
    &["temperature"],
    &["batch", "size"],
    &["seed"],
    &["grad", "norm"],
    &["gradient", "norm"],
    &["param", "norm"],
    &["weight", "norm"],
    &["flos"],
    &["flops"],
    &["time"],
    &["timestamp"],
    &["runtime"],
    &["duration"],
    &["elapsed"],
    &["seconds"],
];
/// What only counts how far the training has come, where nothing else than [`BESIDE_PROGRESS`] is said with it:
/// `loss_epoch` is a loss.
const PROGRESS: [&str; 14] = [
    "epoch",
    "epochs",
    "step",
    "steps",
    "iteration",
    "iterations",
    "iter",
    "iters",
    "batch",
    "batches",
    "sample",
    "samples",
    "token",
    "tokens",
];
/// Words that leave a count of progress one.
const BESIDE_PROGRESS: [&str; 24] = [
    "train",
    "training",
    "trainer",
    "val",
    "valid",
    "validation",
    "test",
    "eval",
    "global",
    "current",
    "optimizer",
    "num",
    "number",
    "n",
    "no",
    "of",
    "count",
    "total",
    "max",
    "seen",
    "processed",
    "done",
    "id",
    "idx",
];
/// Where MLflow puts what it measures of the machine.
const SYSTEM: &str = "system/";

/// Which way a metric gets better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Goal {
    /// Less is better: losses, errors, latencies.
    Min,
    /// More is better.
    Max,
    /// Neither: a learning rate, a count of epochs. No value is the best.
    Neither,
}

impl Goal {
    /// What a metric's name suggests.
    pub fn of(key: &str) -> Self {
        let words = words(key);
        let has = |wanted: &[&str]| {
            let mut some = words.windows(wanted.len());
            some.any(|some| some.iter().zip(wanted).all(|(word, wanted)| word == wanted))
        };
        let is = |list: &[&str], word: &String| list.contains(&word.as_str());
        let lower = key.to_lowercase();
        let less = LESS_IS_BETTER.iter().any(|part| lower.contains(part))
            || words.iter().any(|word| is(&LESS_IS_BETTER_ALONE, word))
            || LESS_IS_BETTER_TOGETHER.iter().any(|together| has(together));
        let counts = words.iter().any(|word| is(&PROGRESS, word))
            && (words.iter()).all(|word| is(&PROGRESS, word) || is(&BESIDE_PROGRESS, word));
        if lower.starts_with(SYSTEM) {
            Self::Neither
        } else if less {
            Self::Min
        } else if counts || SETTINGS.iter().any(|setting| has(setting)) {
            Self::Neither
        } else {
            Self::Max
        }
    }

    /// `min` or `max`; `None` where neither way is better.
    pub fn name(self) -> Option<&'static str> {
        match self {
            Self::Min => Some("min"),
            Self::Max => Some("max"),
            Self::Neither => None,
        }
    }

    /// Is a value better than another? Never, where one of them is no finite number and it the first.
    pub fn is_better(self, value: f64, than: f64) -> bool {
        match self {
            Self::Min => value < than,
            Self::Max => value > than,
            Self::Neither => false,
        }
    }

    /// What has the best of finite values; of equal ones the first. `None` where neither way is better.
    pub fn best<T>(self, values: impl IntoIterator<Item = (T, f64)>) -> Option<T> {
        if self == Self::Neither {
            return None;
        }
        let better = |best: (T, f64), other: (T, f64)| {
            if self.is_better(other.1, best.1) {
                other
            } else {
                best
            }
        };
        let best = values.into_iter().reduce(better)?;
        Some(best.0)
    }
}

/// The words of a metric's name in lower case, without the numbers at their ends: `pg1/learningRate` has `pg`,
/// `learning` and `rate`.
fn words(key: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut was_lower = false;
    for letter in key.chars() {
        let begins = letter.is_uppercase() && was_lower;
        if begins || !letter.is_alphanumeric() {
            words.push(String::new());
        }
        if letter.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.extend(letter.to_lowercase());
        }
        was_lower = letter.is_lowercase() || letter.is_numeric();
    }
    let without_number = |word: String| word.trim_end_matches(char::is_numeric).to_owned();
    let words = words.into_iter().map(without_number);
    words.filter(|word| !word.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_which_way_is_better() {
        let less = [
            "loss",
            "val_loss",
            "trainLoss",
            "RMSE",
            "val.mae",
            "test/error",
            "latency_p95",
            "Perplexity",
            "mse",
            "train_loss_epoch",
            "loss_step",
            "valMae",
            "nll",
            "val/nll",
            "cross_entropy",
            "crossEntropy",
            "binary_crossentropy",
            "MAPE",
            "test_smape",
            "brier_score",
            "fid",
            "FID-50",
            "eval/cer",
            "val_wer",
            "bpb",
            "bits_per_byte",
            "top1_error",
            "error_rate",
            "errorRate",
            "hinge_loss",
            "logLoss",
        ];
        for key in less {
            assert_eq!(Goal::of(key), Goal::Min, "{key}");
        }
        let more = [
            "accuracy",
            "f1",
            "auc",
            "",
            "maestro",
            "camera",
            "r2",
            "val_accuracy_epoch",
            "recall@5",
            "tokens_per_second",
            "batch_accuracy",
            "log_likelihood",
            "fidelity",
            "entropy_gain",
            "cerebral_score",
        ];
        for key in more {
            assert_eq!(Goal::of(key), Goal::Max, "{key}");
        }
    }

    #[test]
    fn what_is_set_or_only_counts_gets_better_in_neither_way() {
        for key in [
            "learning_rate",
            "learningRate",
            "LearningRate",
            "lr",
            "lr-AdamW/pg1",
            "train/lr0",
            "epoch",
            "train/epoch",
            "global_step",
            "trainer/global_step",
            "step",
            "num_epochs",
            "iteration",
            "samples_seen",
            "batch_size",
            "weight_decay",
            "train/grad_norm",
            "train_runtime",
            "epoch_time",
            "seed",
            "system/gpu_0_memory_usage_percentage",
            "system/cpu_errors",
        ] {
            assert_eq!(Goal::of(key), Goal::Neither, "{key}");
        }
    }

    #[test]
    fn the_first_of_the_best_is_the_best_and_neither_has_none() {
        let values = [("a", 2.0), ("b", 1.0), ("c", 2.0), ("d", 1.0)];
        assert_eq!(Goal::Min.best(values), Some("b"));
        assert_eq!(Goal::Max.best(values), Some("a"));
        assert_eq!(Goal::Neither.best(values), None);
        assert_eq!(Goal::Max.best([("", 0.0); 0]), None);
    }
}
