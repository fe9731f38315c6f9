pub mod ci;
pub mod schema;
pub mod shape;
