//! Trees as strings, and the rules that they break.
