//! An experiment's figures as tables: rounded for people, whole for programs. Nothing is computed here.

use super::{
    analysis::{Comparison, level},
    method::Correction,
    report::{Report, correction},
};
use crate::engine::{
    export::sheet::{Field, Sheet},
    metrics::{
        stats::{Interval, PValue},
        words::{self, Decimals},
    },
};

/// The columns that programs get.
const FLAT: [&str; 31] = [
    "variant",
    "count",
    "conversions",
    "mean",
    "control",
    "users",
    "converters",
    "share",
    "expected_share",
    "rate",
    "rate_low",
    "rate_high",
    "difference",
    "difference_low",
    "difference_high",
    "lift",
    "lift_low",
    "lift_high",
    "z",
    "p_value",
    "log10_p",
    "adjusted_p",
    "chance_to_beat",
    "chance_to_be_best",
    "expected_loss_of_shipping",
    "expected_loss_of_keeping",
    "verdict",
    "borderline",
    "method",
    "confidence",
    "correction",
];
/// What programs get of GrowthBook's figures, where these are switched on.
const GROWTHBOOK: [&str; 7] = [
    "growthbook_lift",
    "growthbook_lift_low",
    "growthbook_lift_high",
    "growthbook_p_value",
    "growthbook_chance_to_win",
    "growthbook_risk_of_shipping",
    "growthbook_risk_of_keeping",
];

impl Report<'_> {
    /// The variants, for people.
    pub fn variants(&self) -> Sheet {
        let confidence = self.confidence();
        let interval = format!("{confidence} interval");
        let mut columns = vec![
            "variant",
            "users",
            "share",
            "expected",
            "converted",
            "rate",
            &interval,
        ];
        if self.exposures.sample.is_some() {
            columns.extend(["users in all, about", &interval]);
        } else if !self.analysis.agrees {
            columns.extend(["all users", "all conversions", "mean"]);
        }
        let mut sheet = Sheet::new(&columns);
        let control = self.analysis.control;
        let variants = || self.analysis.variants.iter();
        let rates = Decimals::of(variants().filter_map(|variant| variant.rate));
        let shares = Decimals::of(variants().filter_map(|variant| variant.share));
        sheet.rows = self
            .analysis
            .variants
            .iter()
            .enumerate()
            .map(|(at, variant)| {
                let mark = if control == Some(at) {
                    " (control)"
                } else {
                    ""
                };
                let mut row = vec![
                    Field::name(format!("{}{mark}", variant.name)),
                    Field::whole(variant.arm.users),
                    Field::number(variant.share, |share| shares.percent(share)),
                    Field::number(variant.expected_share, |share| shares.percent(share)),
                    Field::whole(variant.arm.converters),
                    Field::number(variant.rate, |rate| rates.percent(rate)),
                    between(variant.interval, |rate| rates.percent(rate)),
                ];
                if let Some(sample) = self.exposures.sample {
                    let (users, interval) = sample.estimate(variant.arm.users, level(self.method));
                    row.push(Field::Number {
                        shown: format!("~{users}"),
                        exact: users.to_string(),
                    });
                    row.push(between(Some(interval), |users| format!("{users:.0}")));
                } else if !self.analysis.agrees {
                    let contract = variant.contract.as_ref();
                    row.extend([
                        contract.map_or(Field::Undefined, |one| Field::whole(one.count)),
                        contract.map_or(Field::Undefined, |one| Field::whole(one.conversions)),
                        Field::number(contract.and_then(|one| one.mean), |mean| {
                            rates.percent(mean)
                        }),
                    ]);
                }
                row
            })
            .collect();
        sheet
    }

    /// The treatments against the control, for people; empty without any.
    pub fn comparisons(&self) -> Sheet {
        let confidence = self.confidence();
        let interval = format!("{confidence} interval");
        let treatments = self.compared().count();
        let mut columns = vec!["treatment", "difference", &interval, "lift", &interval, "p"];
        let adjusted = format!("p ({})", correction(self.method.correction));
        let is_adjusted = treatments > 1 && self.method.correction != Correction::None;
        if is_adjusted {
            columns.push(&adjusted);
        }
        columns.extend(["chance to beat", "expected loss", "verdict"]);
        let mut sheet = Sheet::new(&columns);
        let compared = || self.compared().map(|(_, comparison)| comparison);
        let lifts = compared().filter_map(|comparison| comparison.lift?.interval);
        let lifts = Decimals::within(lifts);
        let differences = compared().filter_map(|comparison| comparison.difference);
        let differences = Decimals::within(differences);
        sheet.rows = self
            .compared()
            .map(|(variant, comparison)| {
                let lift = comparison.lift;
                let small = lift.is_some_and(|lift| lift.small_sample);
                let p = comparison.p_value.map(PValue::p);
                let mut row = vec![
                    Field::name(&variant.name),
                    Field::number(Some(comparison.fixed.difference), |difference| {
                        differences.points(difference)
                    }),
                    between(comparison.difference, |limit| differences.points(limit)),
                    Field::number(lift.map(|lift| lift.estimate), |lift| lifts.lift(lift)),
                    match between(lift.and_then(|lift| lift.interval), |limit| {
                        lifts.lift(limit)
                    }) {
                        Field::Text(text) if small => Field::text(text + " (small sample)"),
                        field => field,
                    },
                    Field::number(p, words::p_bare),
                ];
                if is_adjusted {
                    row.push(Field::number(comparison.adjusted_p, words::p_bare));
                }
                row.extend([
                    Field::number(Some(comparison.chances.to_win), words::percent),
                    Field::number(Some(comparison.chances.loss_of_shipping), |loss| {
                        format!("{:.3} pp", loss * 100.0)
                    }),
                    Field::text(verdict(comparison)),
                ]);
                row
            })
            .collect();
        sheet
    }

    /// The treatments as GrowthBook would show them, for people; empty unless that is switched on.
    pub fn growthbook(&self) -> Sheet {
        let interval = format!("{} interval", self.confidence());
        let mut sheet = Sheet::new(&[
            "treatment",
            "lift",
            &interval,
            "p",
            "chance to win",
            "risk of shipping",
        ]);
        let effects = || {
            self.compared()
                .filter_map(|(variant, one)| Some((variant, one.growthbook?.relative)))
        };
        let lifts = Decimals::within(effects().map(|(_, lift)| lift.interval));
        sheet.rows = effects()
            .map(|(variant, lift)| {
                vec![
                    Field::name(&variant.name),
                    Field::number(Some(lift.estimate), |lift| lifts.lift(lift)),
                    between(Some(lift.interval), |limit| lifts.lift(limit)),
                    Field::number(Some(lift.p_value.p()), words::p_bare),
                    Field::number(Some(lift.chance_to_win), words::percent),
                    Field::number(Some(lift.risk_of_shipping), words::percent),
                ]
            })
            .collect();
        sheet
    }

    /// Day by day, put together; empty where the split was the same each day.
    pub fn by_day(&self) -> Sheet {
        let interval = format!("{} interval", self.confidence());
        let mut sheet = Sheet::new(&["treatment", "odds ratio by day", &interval, "p by day"]);
        sheet.rows = self
            .compared()
            .filter_map(|(variant, comparison)| {
                let by_day = comparison.stratified?;
                Some(vec![
                    Field::name(&variant.name),
                    Field::number(by_day.odds_ratio, |ratio| format!("{ratio:.3}")),
                    between(by_day.interval, |ratio| format!("{ratio:.3}")),
                    Field::number(Some(by_day.test.p_value.p()), words::p_bare),
                ])
            })
            .collect();
        sheet
    }

    /// Everything about the variants in one table, for programs.
    pub fn flat(&self) -> Sheet {
        let mut sheet = Sheet::new(&FLAT);
        if self.method.growthbook {
            sheet.columns.extend(GROWTHBOOK.map(str::to_owned));
        }
        let method = match self.method.sequential {
            None => "fixed horizon".to_owned(),
            Some(users) => format!("confidence sequence, {users} users"),
        };
        let number = |value: Option<f64>| Field::number(value, |value| value.to_string());
        let low = |interval: Option<Interval>| number(interval.map(|interval| interval.low));
        let high = |interval: Option<Interval>| number(interval.map(|interval| interval.high));
        sheet.rows = self
            .analysis
            .variants
            .iter()
            .enumerate()
            .map(|(at, variant)| {
                let contract = variant.contract.as_ref();
                let compared = variant.comparison.as_ref();
                let difference = compared.and_then(|one| one.difference);
                let lift = compared.and_then(|one| one.lift);
                let limits = lift.and_then(|lift| lift.interval);
                let p = compared.and_then(|one| one.p_value);
                let mut row = vec![
                    Field::name(&variant.name),
                    contract.map_or(Field::Undefined, |one| Field::whole(one.count)),
                    contract.map_or(Field::Undefined, |one| Field::whole(one.conversions)),
                    number(contract.and_then(|one| one.mean)),
                    Field::text((self.analysis.control == Some(at)).to_string()),
                    Field::whole(variant.arm.users),
                    Field::whole(variant.arm.converters),
                    number(variant.share),
                    number(variant.expected_share),
                    number(variant.rate),
                    low(variant.interval),
                    high(variant.interval),
                    number(compared.map(|one| one.fixed.difference)),
                    low(difference),
                    high(difference),
                    number(lift.map(|lift| lift.estimate)),
                    low(limits),
                    high(limits),
                    number(compared.and_then(|one| one.fixed.z)),
                    number(p.map(PValue::p)),
                    number(p.map(PValue::log10)),
                    number(compared.and_then(|one| one.adjusted_p)),
                    number(compared.map(|one| one.chances.to_win)),
                    number(variant.chance_to_be_best),
                    number(compared.map(|one| one.chances.loss_of_shipping)),
                    number(compared.map(|one| one.chances.loss_of_keeping)),
                    compared.map_or(Field::Undefined, |one| Field::text(one.verdict.words())),
                    compared.map_or(Field::Undefined, |one| {
                        Field::text(one.borderline.to_string())
                    }),
                    Field::text(&method),
                    number(Some(self.method.confidence())),
                    Field::text(correction(self.method.correction)),
                ];
                if self.method.growthbook {
                    let effect = compared.and_then(|one| Some(one.growthbook?.relative));
                    let limits = effect.map(|effect| effect.interval);
                    row.extend([
                        number(effect.map(|effect| effect.estimate)),
                        low(limits),
                        high(limits),
                        number(effect.map(|effect| effect.p_value.p())),
                        number(effect.map(|effect| effect.chance_to_win)),
                        number(effect.map(|effect| effect.risk_of_shipping)),
                        number(effect.map(|effect| effect.risk_of_keeping)),
                    ]);
                }
                row
            })
            .collect();
        sheet
    }
}

/// The verdict's words, with what weakens them.
pub fn verdict(comparison: &Comparison) -> String {
    let words = comparison.verdict.words();
    if comparison.borderline {
        format!("{words} (borderline)")
    } else {
        words.to_owned()
    }
}

fn between(interval: Option<Interval>, limit: impl Fn(f64) -> String) -> Field {
    interval.map_or(Field::Undefined, |interval| {
        Field::text(words::interval(interval, limit))
    })
}
