//! What each setting of the binary log means to a reader.

use super::{End, Finding, Settings, Weight};
use crate::engine::session::Product;

/// The variables that are asked for; each product has some of them.
pub(super) const SETTINGS: &[&str] = &[
    "binlog_annotate_row_events",
    "binlog_checksum",
    "binlog_encryption",
    "binlog_expire_logs_seconds",
    "binlog_format",
    "binlog_row_image",
    "binlog_row_metadata",
    "binlog_row_value_options",
    "binlog_rows_query_log_events",
    "binlog_transaction_compression",
    "encrypt_binlog",
    "expire_logs_days",
    "gtid_binlog_pos",
    "gtid_executed",
    "gtid_mode",
    "log_bin",
    "log_bin_compress",
];

/// One finding for each setting that matters here.
pub(super) fn of(product: Product, settings: &Settings) -> Vec<Finding> {
    if !settings.is_on("log_bin") {
        return vec![Finding {
            setting: "log_bin",
            value: settings.get("log_bin").unwrap_or("OFF").to_owned(),
            weight: Weight::Blocks,
            cost: "The server writes no binary log: there is nothing to read.".to_owned(),
            statement: Some("[mysqld]\nlog_bin = binlog\n# then restart the server".to_owned()),
        }];
    }
    let finding = |setting: &'static str, value: &str, (weight, cost, statement): Judged| Finding {
        setting,
        value: value.to_owned(),
        weight,
        cost: cost.to_owned(),
        statement: statement.map(str::to_owned),
    };
    let one = |setting: &'static str, judge: fn(&str) -> Judged| {
        let value = settings.get(setting)?;
        Some(finding(setting, value, judge(value)))
    };
    // Settings that cost something in one of their values, and are not worth a word else.
    let maybe = |setting: &'static str, judge: fn(&str) -> Option<Judged>| {
        let value = settings.get(setting)?;
        Some(finding(setting, value, judge(value)?))
    };
    let mut found: Vec<Finding> = [
        one("binlog_format", format),
        one("binlog_row_image", row_image),
        one("binlog_row_metadata", row_metadata),
        maybe("binlog_row_value_options", partial_json),
        one("binlog_checksum", checksum),
        one("binlog_rows_query_log_events", statements),
        one("binlog_annotate_row_events", annotations),
        maybe("binlog_transaction_compression", compression),
        maybe("log_bin_compress", compression),
        maybe("binlog_encryption", encryption),
        maybe("encrypt_binlog", encryption),
    ]
    .into_iter()
    .flatten()
    .collect();
    if product == Product::MySql {
        found.extend(one("gtid_mode", gtid_mode));
    }
    found.push(retention(settings));
    found
}

/// Weight, cost, and what a DBA could run.
type Judged = (Weight, &'static str, Option<&'static str>);

fn is(value: &str, wanted: &str) -> bool {
    value.eq_ignore_ascii_case(wanted)
}

fn format(value: &str) -> Judged {
    if is(value, "ROW") {
        (Weight::Good, "Every change is logged as rows.", None)
    } else {
        (
            Weight::Costs,
            "Changes that are logged as statements show as their text: which rows they changed is not in the log, so there is no row history and no undo of them. Connections that are open keep the old format.",
            Some("SET GLOBAL binlog_format = 'ROW';"),
        )
    }
}

fn row_image(value: &str) -> Judged {
    let statement = Some("SET GLOBAL binlog_row_image = 'FULL';");
    match value.to_ascii_uppercase().as_str() {
        "FULL" | "FULL_NODUP" => (Weight::Good, "Rows are logged whole.", None),
        "NOBLOB" => (
            Weight::Costs,
            "BLOB, TEXT and JSON columns that did not change are not logged: they show as not logged, and undo needs them only where they changed.",
            statement,
        ),
        _ => (
            Weight::Costs,
            "Only keys and changed columns are logged: the rest of a row is not shown, filters by other columns do not see it, and deleted rows cannot be brought back.",
            statement,
        ),
    }
}

fn row_metadata(value: &str) -> Judged {
    let statement = Some("SET GLOBAL binlog_row_metadata = 'FULL';");
    match value.to_ascii_uppercase().as_str() {
        "FULL" => (
            Weight::Good,
            "Names, keys, labels and signs are logged with the rows.",
            None,
        ),
        "NO_LOG" => (
            Weight::Costs,
            "Names, keys, labels and signs are not logged: they are taken from the tables as they are now, and from positions (@1, @2) where these do not fit.",
            statement,
        ),
        _ => (
            Weight::Costs,
            "Names, keys and labels are not logged: they are taken from the tables as they are now, and from positions (@1, @2) where these do not fit.",
            statement,
        ),
    }
}

fn partial_json(value: &str) -> Option<Judged> {
    is(value, "PARTIAL_JSON").then_some((
        Weight::Costs,
        "Updates of JSON columns may be logged as differences: where the row is not logged whole, only the difference can be shown.",
        Some("SET GLOBAL binlog_row_value_options = '';"),
    ))
}

fn checksum(value: &str) -> Judged {
    if is(value, "NONE") {
        (
            Weight::Costs,
            "Events have no checksum: damage on the way or on the disk may go unseen.",
            Some("SET GLOBAL binlog_checksum = 'CRC32';"),
        )
    } else {
        (
            Weight::Good,
            "Every event has a checksum, which is verified.",
            None,
        )
    }
}

fn statements(value: &str) -> Judged {
    if is(value, "OFF") {
        (
            Weight::Costs,
            "The statements behind changed rows are not logged.",
            Some("SET GLOBAL binlog_rows_query_log_events = ON;"),
        )
    } else {
        (
            Weight::Good,
            "The statements behind changed rows are logged.",
            None,
        )
    }
}

fn annotations(value: &str) -> Judged {
    if is(value, "OFF") {
        (
            Weight::Costs,
            "The statements behind changed rows are not logged.",
            Some("SET GLOBAL binlog_annotate_row_events = ON;"),
        )
    } else {
        (
            Weight::Good,
            "The statements behind changed rows are logged. Live they come when one is asked for, for the server does not send them with the rows.",
            None,
        )
    }
}

fn compression(value: &str) -> Option<Judged> {
    is(value, "ON").then_some((
        Weight::Good,
        "Transactions are compressed; they are unpacked as they are read.",
        None,
    ))
}

fn encryption(value: &str) -> Option<Judged> {
    is(value, "ON").then_some((
        Weight::Good,
        "Files are encrypted on the server's disk: live they are readable, copies of them are not.",
        None,
    ))
}

fn gtid_mode(value: &str) -> Judged {
    if is(value, "ON") {
        (
            Weight::Good,
            "Transactions have GTIDs: reading goes on exactly where it ended, on this server or another of its replication.",
            None,
        )
    } else {
        (
            Weight::Costs,
            "Not every transaction has a GTID: reading goes on by file and position, on this server alone, and only until RESET BINARY LOGS AND GTIDS.",
            Some(
                "SET GLOBAL enforce_gtid_consistency = ON;\nSET GLOBAL gtid_mode = OFF_PERMISSIVE;\nSET GLOBAL gtid_mode = ON_PERMISSIVE;\n-- when every server of the replication is there, and Ongoing_anonymous_transaction_count is 0:\nSET GLOBAL gtid_mode = ON;",
            ),
        )
    }
}

/// How long files are kept. Days count where no seconds are given.
fn retention(settings: &Settings) -> Finding {
    let number = |name| {
        settings
            .get(name)
            .and_then(|value| value.parse::<f64>().ok())
    };
    let days = number("expire_logs_days").unwrap_or(0.0);
    // Old servers count in days alone.
    let (setting, kept) = match number("binlog_expire_logs_seconds") {
        Some(seconds) if seconds > 0.0 || days == 0.0 => ("binlog_expire_logs_seconds", seconds),
        _ => ("expire_logs_days", days * 86_400.0),
    };
    let value = settings.get(setting).unwrap_or("0").to_owned();
    let statement = match settings.get("binlog_expire_logs_seconds") {
        Some(_) => "SET GLOBAL binlog_expire_logs_seconds = 604800; -- a week",
        None => "SET GLOBAL expire_logs_days = 7;",
    };
    let statement = Some(statement.to_owned());
    let (weight, cost, statement) = if kept == 0.0 {
        (
            Weight::Good,
            "Files are kept until somebody purges them; mind the disk.".to_owned(),
            None,
        )
    } else if kept < 86_400.0 {
        (
            Weight::Costs,
            format!(
                "Files are purged after {}: what is older cannot be read, and who pauses longer cannot go on.",
                span(kept)
            ),
            statement,
        )
    } else {
        (
            Weight::Good,
            format!("Files are kept for {}.", span(kept)),
            None,
        )
    };
    Finding {
        setting,
        value,
        weight,
        cost,
        statement,
    }
}

fn span(seconds: f64) -> String {
    let (number, unit) = if seconds >= 172_800.0 {
        (seconds / 86_400.0, "days")
    } else if seconds >= 7_200.0 {
        (seconds / 3_600.0, "hours")
    } else {
        (seconds / 60.0, "minutes")
    };
    format!("{} {unit}", (number * 10.0).round() / 10.0)
}

/// Databases that are left out of the log.
pub(super) fn of_databases(end: Option<&End>) -> Vec<Finding> {
    let Some(end) = end else { return Vec::new() };
    let lists = [
        (
            "binlog_do_db",
            &end.only,
            "Changes of other databases are not logged.",
        ),
        (
            "binlog_ignore_db",
            &end.without,
            "Changes of these databases are not logged.",
        ),
    ];
    lists
        .into_iter()
        .filter(|(_, value, _)| !value.is_empty())
        .map(|(setting, value, cost)| Finding {
            setting,
            value: value.clone(),
            weight: Weight::Costs,
            cost: cost.to_owned(),
            statement: None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(pairs: &[(&str, &str)]) -> Settings {
        let pairs = pairs.iter();
        Settings(
            pairs
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
        )
    }

    fn weights(product: Product, pairs: &[(&str, &str)]) -> Vec<(&'static str, Weight)> {
        of(product, &settings(pairs))
            .iter()
            .map(|finding| (finding.setting, finding.weight))
            .collect()
    }

    #[test]
    fn without_a_log_nothing_else_matters() {
        let found = weights(
            Product::MariaDb,
            &[("log_bin", "OFF"), ("binlog_format", "MIXED")],
        );
        assert_eq!(found, [("log_bin", Weight::Blocks)]);
    }

    #[test]
    fn each_setting_that_costs_something_says_what_and_how_to_change_it() {
        let found = of(
            Product::MariaDb,
            &settings(&[
                ("log_bin", "ON"),
                ("binlog_format", "MIXED"),
                ("binlog_row_image", "MINIMAL"),
                ("binlog_row_metadata", "NO_LOG"),
                ("binlog_checksum", "NONE"),
                ("expire_logs_days", "0.5"),
                ("binlog_expire_logs_seconds", "0"),
            ]),
        );
        assert_eq!(found.len(), 5);
        for finding in found {
            assert_eq!(finding.weight, Weight::Costs, "{}", finding.setting);
            assert!(finding.statement.is_some(), "{}", finding.setting);
        }
    }

    #[test]
    fn files_are_kept_as_long_as_the_setting_in_force_says() {
        let kept = |pairs: &[(&str, &str)]| retention(&settings(pairs)).cost;
        assert_eq!(
            kept(&[
                ("binlog_expire_logs_seconds", "2592000"),
                ("expire_logs_days", "0")
            ]),
            "Files are kept for 30 days."
        );
        assert_eq!(
            kept(&[("expire_logs_days", "10")]),
            "Files are kept for 10 days."
        );
        assert!(
            kept(&[("binlog_expire_logs_seconds", "5400")])
                .starts_with("Files are purged after 90 minutes")
        );
        assert!(kept(&[]).starts_with("Files are kept until somebody"));
    }
}
