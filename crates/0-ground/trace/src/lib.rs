//! The mechanism of events and reasons. It knows no reason itself.
