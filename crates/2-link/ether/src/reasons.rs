//! Why the link layer did what it did.
trace::reasons! {
    2001 bad_fcs BadFcs {} Dropped "" en "Bits flipped." zh "比特翻转。";
}
