//! The strip of checks: one chip a finding, and what they say together.

use super::reading::Figures;
use crate::{
    engine::metrics::{
        experiments::{Analysis, Check, Finding},
        health::Level,
        stats,
    },
    gui::{
        format,
        widgets::health::{Chip, Tone},
    },
};

/// Chips; of the less usual checks only those that found something.
pub(super) fn chips(figures: &Figures) -> Vec<Chip> {
    let analysis = &figures.analysis;
    let seldom = [Check::Spelling, Check::Times, Check::Receiving, Check::Mean];
    let findings = analysis.findings.iter();
    let findings = findings
        .filter(|finding| finding.level > Level::Ok || !seldom.contains(&finding.check))
        .map(|finding| chip(finding, analysis));
    sample(figures).into_iter().chain(findings).collect()
}

/// Only some users were read.
fn sample(figures: &Figures) -> Option<Chip> {
    let sample = figures.read.exposures.sample?;
    let users = figures
        .analysis
        .variants
        .iter()
        .map(|variant| variant.arm.users);
    let level = stats::Level::from_alpha(figures.method.alpha).unwrap_or_default();
    let (all, interval) = sample.estimate(users.sum(), level);
    let why = format!(
        "One user in {} was read. Counts are of these, and rates and tests take them as they are. In all there are about {} users ({} to {}).",
        sample.one_in,
        format::count(all),
        format::count(interval.low.round() as u64),
        format::count(interval.high.round() as u64)
    );
    let number = format!("1 in {}", sample.one_in);
    Some(Chip::new(Tone::Warning, "Sample of users", number).why(why))
}

fn chip(finding: &Finding, analysis: &Analysis) -> Chip {
    let ok = finding.level == Level::Ok;
    let words = match finding.check {
        Check::Split => split(analysis),
        Check::SampleSize => "Sample".to_owned(),
        check => check.label().to_owned(),
    };
    let number = match finding.check {
        Check::Stability if ok => "stable".to_owned(),
        Check::SampleSize if ok => "enough".to_owned(),
        Check::SampleSize if finding.level == Level::Warn => "too small".to_owned(),
        _ => finding.figure.replace("p = ", "p "),
    };
    let why = match finding.check {
        // What the shorter words have left out.
        Check::Stability | Check::SampleSize => {
            format!("{} ({})", finding.sentence, finding.figure)
        }
        _ => finding.sentence.clone(),
    };
    Chip::new(tone(finding.level), words, number).why(why)
}

/// `Split 50.4 : 49.6`, where so many stand side by side.
fn split(analysis: &Analysis) -> String {
    // One digit more where there is room for it.
    let decimals = usize::from(analysis.variants.len() == 2);
    let shares: Vec<String> = analysis
        .variants
        .iter()
        .filter_map(|variant| variant.share)
        .map(|share| format!("{:.decimals$}", share * 100.0))
        .collect();
    if (2..=3).contains(&shares.len()) {
        format!("Split {}", shares.join(" : "))
    } else {
        "Split".to_owned()
    }
}

fn tone(level: Level) -> Tone {
    match level {
        Level::Ok => Tone::Good,
        Level::Info => Tone::Info,
        Level::Warn => Tone::Warning,
        Level::Bad => Tone::Danger,
    }
}
