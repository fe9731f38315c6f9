pub mod schema;
pub mod shape;
