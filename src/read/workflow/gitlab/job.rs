//! One job of a pipeline, complete.
//!
//! In: the job's maps, templates first. Out: a `Job` with one step for its script and one for what runs after it. Every
//! job holds the token of the job and what its variables name; what the project's settings hold is said to be unseen.

use super::ground::{At, Ground, settings};
use super::{events, unset};
use crate::model::{Job, Setting, Spot, Step, Surroundings, Workflow};
use crate::read::agents;
use crate::read::workflow::script::Piece;
use crate::read::workflow::steps::Steering;
use crate::read::workflow::substitute::Values;
use crate::read::workflow::{MAX_STEPS, Reader};

/// A job's own maps, and those that stand for every job.
struct Layers<'g, 't> {
    own: Vec<At<'g, 't>>,
    default: Vec<At<'g, 't>>,
    inherits: bool,
}

impl<'g, 't> Layers<'g, 't> {
    fn of(ground: &Ground<'g, 't>, name: &str) -> Self {
        let own = ground.layers(name);
        let inherit = ground.value(&own, "inherit");
        let inherits = inherit
            .and_then(|at| at.file.text_below(at.node, "default"))
            .is_none_or(|word| word != "false");
        let default = match inherits {
            true => ground.definitions("default"),
            false => Vec::new(),
        };
        Layers {
            own,
            default,
            inherits,
        }
    }

    /// What stands behind a key of the job, else behind that of every job.
    fn value(&self, ground: &Ground<'g, 't>, key: &str) -> Option<At<'g, 't>> {
        let own = ground.value(&self.own, key);
        let default = || ground.value(&self.default, key);
        // Some keys may stand at the top of a file, where others would be the names of jobs.
        let at_top = || {
            let may = matches!(key, "image" | "before_script" | "after_script");
            (self.inherits && may).then(|| ground.top(key)).flatten()
        };
        own.or_else(default).or_else(at_top)
    }
}

impl Reader<'_> {
    pub(super) fn gitlab_job<'g, 't>(
        &self,
        ground: &Ground<'g, 't>,
        name: &str,
        key: At<'g, 't>,
        workflow: &Workflow,
    ) -> Option<Job> {
        if self.steps.get() >= MAX_STEPS {
            return None;
        }
        self.steps.set(self.steps.get() + 1);
        self.written.borrow_mut().clear();
        let layers = Layers::of(ground, name);
        let script = ground.value(&layers.own, "script");
        let spot = ground.place_of(key);
        let mut job = Job::new(name.to_owned(), spot);
        job.env = ground.variables(&layers.own);
        let mut around = job.env.clone();
        around.extend(workflow.env.iter().cloned());
        self.surround(ground, &layers, key, &around, &mut job);
        let mut main = Vec::new();
        if script.is_some() {
            main.extend(layers.value(ground, "before_script"));
        }
        main.extend(script);
        let after = script.and(layers.value(ground, "after_script"));
        for (word, parts) in [
            ("script", main),
            ("after_script", after.into_iter().collect()),
        ] {
            let step = self.gitlab_step(ground, word, &parts, &around);
            job.steps.extend(step);
        }
        if let Some((at, step)) = layers.value(ground, "image").zip(job.steps.first_mut()) {
            run_image(at, step);
        }
        if let Some(origin) = ground.origin(key.file) {
            for step in &mut job.steps {
                step.outer = Some(origin.clone());
            }
        }
        Some(job)
    }

    fn gitlab_step<'g, 't>(
        &self,
        ground: &Ground<'g, 't>,
        word: &str,
        parts: &[At<'g, 't>],
        env: &[Setting],
    ) -> Option<Step> {
        let texts = parts.iter().flat_map(|at| ground.texts(*at));
        let pieces: Vec<Piece<'g, 't>> = texts.map(|(file, text)| Piece { file, text }).collect();
        let first = pieces.first()?;
        let mut step = Step::new(first.text.spot.clone());
        step.name = word.to_owned();
        self.run_pieces(
            &pieces,
            &Values::default(),
            env,
            &mut step,
            &Steering::default(),
        );
        Some(step)
    }

    /// What the job gets besides its variables.
    fn surround<'g, 't>(
        &self,
        ground: &Ground<'g, 't>,
        layers: &Layers<'g, 't>,
        key: At<'g, 't>,
        around: &[Setting],
        job: &mut Job,
    ) {
        let (triggers, waits) = events::of_job(ground, &layers.own);
        let token = unset("CI_JOB_TOKEN", &ground.place_of(key));
        let mut surroundings = Surroundings {
            triggers,
            unseen: ground.said_unseen(),
            ..Surroundings::default()
        };
        if is_kept_on_disk(around) {
            surroundings.persisted = Some(token.clone());
            surroundings
                .disk
                .push("the job's token, in the clone's configuration".to_owned());
        }
        surroundings.tokens.push(token);
        for at in ground.values(&layers.own, "id_tokens").into_iter().rev() {
            for entry in at.file.document.entries(at.node) {
                let spot = at.file.spot(entry.key_span);
                surroundings.identities.push(named(&entry.key, &spot));
            }
        }
        if surroundings.identities.is_empty()
            && let Some(at) = ground.value(&layers.default, "id_tokens")
        {
            for entry in at.file.document.entries(at.node) {
                let spot = at.file.spot(entry.key_span);
                surroundings.identities.push(named(&entry.key, &spot));
            }
        }
        // A secret of a vault stands in a variable of this name.
        for at in ground.values(&layers.own, "secrets") {
            for entry in at.file.document.entries(at.node) {
                let spot = at.file.spot(entry.key_span);
                job.env.push(named(&entry.key, &spot));
            }
        }
        job.environment = waits
            .and_then(|at| at.file.setting("when", at.span, at.node))
            .or_else(|| environment(ground, layers));
        if let Some(at) = layers.value(ground, "tags") {
            job.runs_on = at.file.texts(at.node);
            job.runs_on_spot = Some(at.file.spot(at.node.span));
        }
        job.surroundings = surroundings;
    }
}

/// An agent's own image runs that agent, whatever the script calls it.
pub(super) fn run_image(at: At<'_, '_>, step: &mut Step) {
    let named = match at.node.as_scalar() {
        Some(_) => at.file.setting("image", at.span, at.node),
        None => settings(at)
            .into_iter()
            .find(|setting| setting.name == "name"),
    };
    if let Some(setting) = named {
        agents::run_image(setting, step);
    }
}

impl Ground<'_, '_> {
    /// What of a pipeline cannot be seen from its files.
    fn said_unseen(&self) -> Vec<String> {
        let mut said = vec![
            "what CI_JOB_TOKEN may do: it acts as whoever started the pipeline, within the job token settings of each project".to_owned(),
            "which variables the project, its groups and the instance set: this job gets all of them that are neither protected nor kept for another environment".to_owned(),
        ];
        if !self.unseen.is_empty() {
            said.push(format!(
                "jobs and templates that are included from elsewhere: {}",
                self.unseen.join(", ")
            ));
        }
        said
    }
}

fn environment<'g, 't>(ground: &Ground<'g, 't>, layers: &Layers<'g, 't>) -> Option<Setting> {
    let at = ground.value(&layers.own, "environment")?;
    let own = at.file.setting("environment", at.span, at.node);
    own.or_else(|| {
        let mut name = settings(at)
            .into_iter()
            .find(|setting| setting.name == "name")?;
        name.name = "environment".to_owned();
        Some(name)
    })
}

/// A variable that stands for itself: its value is not written here.
fn named(name: &str, spot: &Spot) -> Setting {
    Setting {
        name: name.to_owned(),
        value: format!("${name}"),
        name_spot: spot.clone(),
        spot: spot.clone(),
    }
}

/// Whether the runner writes the job's token into the clone; a variable of the job can keep it out.
fn is_kept_on_disk(env: &[Setting]) -> bool {
    let value = |name: &str| {
        let mut settings = env.iter();
        settings
            .find(|setting| setting.name == name)
            .map_or("", |setting| setting.value.trim())
    };
    let keeps_out = matches!(value("FF_GIT_URLS_WITHOUT_TOKENS"), "true" | "1");
    !keeps_out && !matches!(value("GIT_STRATEGY"), "none" | "empty")
}
