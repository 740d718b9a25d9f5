//! A whole internet in one library.
