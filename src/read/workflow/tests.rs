//! The shapes of real workflows.
