//! What is read, and when: the list, then the points that the ticked runs lack, then the figures of what is there.

use std::{sync::Arc, time::Instant};

use super::{
    Extent, LISTED, NEWEST, RunsPanel,
    figures::{self, Input, keys},
    reading::{self, Listed, Points, Read},
};
use crate::{
    engine::{
        chart::Slot,
        metrics::runs::{Found, Goal, Wanted, charts::Look},
    },
    gui::{panels::metrics::desk::Origin, state::State},
    worker::Worker,
};

/// What figures were made of: they are made anew when it differs.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct MadeOf {
    version: u64,
    points: u64,
    ticked: Vec<(usize, Slot)>,
    goals: Vec<(String, Goal)>,
    look: Look,
    scatter: Option<(String, String)>,
    all_charts: bool,
}

impl RunsPanel {
    pub(super) fn has_begun(&self) -> bool {
        self.list.is_running()
            || self.read.is_some()
            || self.heavy.is_some()
            || self.list.error().is_some()
    }

    /// Another profile, or other tables: nothing of what is here holds.
    pub(super) fn forget(&mut self, of: Option<Origin>) {
        *self = Self {
            of,
            saved: std::mem::take(&mut self.saved),
            slots: std::mem::take(&mut self.slots),
            sql_open: self.sql_open,
            ..Self::default()
        };
        if let Some(ids) = self.saved.ticked.get(&self.keep_under()).cloned() {
            self.chosen = true;
            for id in ids {
                self.ticked.insert(id.clone());
                self.colour(&id);
            }
        }
    }

    pub(super) fn start_list(&mut self, state: &State, worker: &Worker) {
        let (Some(session), Some((_, mapping))) = (state.active_session().cloned(), &self.of)
        else {
            return;
        };
        let mapping = mapping.clone();
        let wanted = Wanted {
            experiment: None,
            deleted: self.saved.deleted,
            newest: Some(if self.extent == Extent::Few {
                NEWEST as u32
            } else {
                self.newest.max(LISTED)
            }),
        };
        let anyway = self.extent == Extent::Whole;
        self.list.start(worker, "Read training runs", |cancel| {
            reading::list(session, mapping, wanted, anyway, cancel)
        });
    }

    pub(super) fn poll_jobs(&mut self, state: &State, worker: &Worker) {
        if self.list.poll() {
            self.ended = Some(Instant::now());
            if self.list.error().is_none() {
                match self.list.take_value() {
                    Some(Listed::Read(read)) => self.take_read(read),
                    Some(Listed::Heavy(heavy)) => self.heavy = Some(heavy),
                    None => {}
                }
            }
        }
        if self.reading.poll() {
            self.ended = Some(Instant::now());
            if let Some(points) = self.reading.take_value() {
                self.take_points(points);
            }
        }
        if !self.is_running() && self.reading.error().is_none() {
            self.start_points(state, worker);
        }
        if self.making.poll()
            && let Some(figures) = self.making.value()
        {
            self.figures = Some(figures.clone());
        }
        let wanted = self.wanted_of();
        if self.read.is_some() && self.made_of.as_ref() != Some(&wanted) {
            self.made_of = Some(wanted);
            let input = self.input();
            self.making
                .start(worker, "Draw training runs", |_| figures::make(input));
        }
    }

    pub(super) fn take_read(&mut self, read: Arc<Read>) {
        self.version += 1;
        let there = |id: &String| read.runs.iter().any(|found| found.run.id == *id);
        // What is ticked stays so while it is not listed, unless nothing of it is.
        let lost = !self.ticked.is_empty() && !self.ticked.iter().any(there);
        self.read = Some(read);
        self.heavy = None;
        if !self.chosen || lost {
            self.chosen = false;
            self.tick_newest();
        }
    }

    pub(super) fn tick_newest(&mut self) {
        let Some(read) = self.read.clone() else {
            return;
        };
        self.ticked.clear();
        let newest = read.runs.iter().take(NEWEST);
        let ids: Vec<String> = newest.map(|found| found.run.id.clone()).collect();
        self.ticked.extend(ids.iter().cloned());
        for id in ids {
            self.colour(&id);
        }
    }

    pub(super) fn take_points(&mut self, points: Points) {
        self.points_version += 1;
        self.points_ran = points.ran;
        for series in points.series {
            let pair = (series.run.clone(), series.key.clone());
            self.fresh.insert(pair.clone());
            self.points.insert(pair, series);
        }
    }

    /// Read the points that are to be drawn and have not been read.
    fn start_points(&mut self, state: &State, worker: &Worker) {
        let Some(session) = state.active_session().cloned() else {
            return;
        };
        let Some(tables) = self.read.as_ref().and_then(|read| read.tables.clone()) else {
            return;
        };
        let missing = self.missing();
        if missing.is_empty() {
            return;
        }
        // Only what is drawn stays in memory.
        let ticked = &self.ticked;
        self.points.retain(|(run, _), _| ticked.contains(run));
        self.fresh.retain(|(run, _)| ticked.contains(run));
        self.reading.start(worker, "Read points of runs", |cancel| {
            reading::points(session, tables, missing, cancel)
        });
    }

    fn missing(&self) -> Vec<(String, String)> {
        let runs = self.drawn();
        let mut keys = keys(runs.iter().copied());
        if !self.all_charts {
            keys.truncate(figures::MOST_CHARTS);
        }
        let wanted = runs.iter().flat_map(|found| {
            let has = keys.iter().filter(|key| found.metrics.contains_key(*key));
            has.map(|key| (found.run.id.clone(), key.clone()))
        });
        wanted.filter(|pair| !self.fresh.contains(pair)).collect()
    }

    /// The runs that are ticked, the newest first.
    fn drawn(&self) -> Vec<&Found> {
        let runs = self.read.iter().flat_map(|read| &read.runs);
        runs.filter(|found| self.ticked.contains(&found.run.id))
            .collect()
    }

    fn ticked_places(&self) -> Vec<(usize, Slot)> {
        let runs = self.read.iter().flat_map(|read| &read.runs);
        runs.enumerate()
            .filter_map(|(at, found)| Some((at, self.slot_of(&found.run.id)?)))
            .collect()
    }

    pub(super) fn wanted_of(&self) -> MadeOf {
        MadeOf {
            version: self.version,
            points: self.points_version,
            ticked: self.ticked_places(),
            goals: self.goals().into_iter().collect(),
            look: self.saved.look,
            scatter: self.saved.scatter.get(&self.keep_under()).cloned(),
            all_charts: self.all_charts,
        }
    }

    pub(super) fn input(&self) -> Input {
        Input {
            read: self.read.clone().unwrap_or_default(),
            points: self.points.clone(),
            ticked: self.ticked_places(),
            goals: self.goals(),
            look: self.saved.look,
            scatter: self.saved.scatter.get(&self.keep_under()).cloned(),
            all_charts: self.all_charts,
        }
    }
}
