//! A whole panel of a flag as a Markdown document.

use super::{
    analysis::{Analysis, Method},
    data::Data,
    health, sheets,
    words::{method_words, pair_words},
};
use crate::engine::{
    export::sheet::{fenced, markdown},
    metrics::words::trimmed,
};

/// The whole panel in Markdown.
pub fn report(data: &Data, analysis: &Analysis, method: &Method) -> String {
    let request = &data.request;
    let mut parts = vec![format!(
        "# Feature flag {}\n\n{}, as of {} UTC, from {} on {}.\n\n## Can the data be trusted?\n\n",
        markdown(&request.flag),
        sentence(&request.window.words()),
        data.as_of(),
        markdown(&data.table),
        markdown(&data.server)
    )];
    let findings = health::checks(&data.groups, &data.facts, request.window);
    parts.extend(findings.iter().map(|finding| {
        format!(
            "- **{}** ({}): {}. {}\n",
            finding.check.label(),
            finding.level.word(),
            markdown(&finding.figure),
            markdown(&finding.sentence)
        )
    }));
    parts.push(format!(
        "\n## Groups\n\n{}\n{}\n",
        sheets::people(data, analysis, method).to_markdown(),
        markdown(&method_words(data, method))
    ));
    if let Some((objective, windows)) = method.objective.zip(data.burn.as_ref()) {
        parts.push(format!(
            "\n## Error budget of {} %\n\n",
            trimmed(objective * 100.0)
        ));
        for (at, group) in data.groups.iter().enumerate() {
            let pairs = windows.pairs(at, objective);
            parts.extend(pairs.iter().map(|state| {
                format!(
                    "- {}: {}\n",
                    markdown(group.key.shown()),
                    markdown(&pair_words(state))
                )
            }));
        }
    }
    parts.push("\n## Statements\n".to_owned());
    parts.extend(
        data.ran
            .iter()
            .map(|(_, ran)| format!("\n{}", fenced("sql", &ran.sql))),
    );
    parts.concat()
}

fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or(String::new(), |first| {
        first.to_uppercase().chain(letters).collect()
    })
}
