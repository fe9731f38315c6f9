//! Edits of workflows, form by form.
