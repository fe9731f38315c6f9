//! The flow of an external agent: the commands that GitLab runs when somebody calls the agent in a comment.
//!
//! In: a file below `.gitlab/duo/flows`. Out: a `Workflow` with one job. Such a job gets the variables that the flow lists
//! and a token for the person who called; both as GitLab documents them.

use super::ground::Ground;
use super::job::run_image;
use super::{empty, unset};
use crate::model::{Job, Step, Surroundings, Trigger, Workflow};
use crate::read::workflow::Reader;
use crate::read::workflow::file::File;
use crate::read::workflow::script::Piece;
use crate::read::workflow::steps::Steering;
use crate::read::workflow::substitute::Values;
use crate::read::workflow::variables;

impl Reader<'_> {
    pub(super) fn flow(&self, main: &File<'_>) -> Workflow {
        let ground = Ground::new(vec![main], Vec::new(), Vec::new());
        let mut workflow = empty(main);
        let Some(commands) = ground.top("commands") else {
            return workflow;
        };
        let spot = main.spot(commands.span);
        workflow.triggers.push(Trigger {
            event: "mention".to_owned(),
            types: Vec::new(),
            spot: spot.clone(),
        });
        let mut job = Job::new("commands".to_owned(), spot);
        if let Some(at) = ground.top("variables") {
            for (_, setting) in ground.texts(at) {
                let name = setting.value.trim().to_owned();
                job.env.push(variables::mention(name, setting.spot));
            }
        }
        let texts = ground.texts(commands);
        let pieces: Vec<Piece<'_, '_>> = texts
            .into_iter()
            .map(|(file, text)| Piece { file, text })
            .collect();
        if let Some(first) = pieces.first() {
            let mut step = Step::new(first.text.spot.clone());
            step.name = "commands".to_owned();
            self.run_pieces(
                &pieces,
                &Values::default(),
                &job.env,
                &mut step,
                &Steering::default(),
            );
            if let Some(at) = ground.top("image") {
                run_image(at, &mut step);
            }
            job.steps.push(step);
        }
        job.surroundings = Surroundings {
            tokens: vec![
                unset("CI_JOB_TOKEN", &job.spot),
                unset("AI_FLOW_GITLAB_TOKEN", &job.spot),
            ],
            unseen: vec![
                "what AI_FLOW_GITLAB_TOKEN may do: it acts for the person who called the agent and for its service account together".to_owned(),
                "who may call the agent: the trigger stands in the settings of the project".to_owned(),
            ],
            ..Surroundings::default()
        };
        workflow.jobs.push(job);
        workflow
    }
}
