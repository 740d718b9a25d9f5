//! Why a line lost, flipped, copied or delayed a frame.

trace::reasons! {
    1001 cable_queue_full CableQueueFull { waiting: usize, len: usize } Note ""
        en "The cable's queue is full ({waiting} frames wait): the frame of {len} octets is lost."
        zh "网线队列已满 (已有 {waiting} 帧在等待): 这个 {len} 字节的帧丢失了。";
    1002 cable_loss CableLoss {} Note ""
        en "The cable lost the frame (its loss knob, or a line that says lose)."
        zh "网线丢失了这个帧 (按设定的丢包率, 或按 lose 指令)。";
    1003 cable_too_long CableTooLong { len: usize, mtu: u16 } Note ""
        en "The packet has {len} octets, and the cable carries at most {mtu}: it is lost."
        zh "分组有 {len} 字节, 网线最多承载 {mtu} 字节: 它丢失了。";
    1004 cable_cut CableCut {} Note ""
        en "The cable was cut while the frame was on it: the frame is lost."
        zh "帧还在网线上时网线断了: 帧丢失了。";
    1005 cable_down CableDown {} Note ""
        en "The cable carries nothing now (cut, or its other end is switched off): the frame is lost."
        zh "网线现在不通 (已断开, 或对端已关机): 帧丢失了。";
    1006 cable_flipped_bits CableFlippedBits { bits: u32 } Note ""
        en "The cable flipped {bits} bits of the frame; its check sequence no longer matches."
        zh "网线翻转了帧中的 {bits} 个比特; 帧校验序列不再匹配。";
    1007 cable_duplicated CableDuplicated {} Note ""
        en "The cable delivers the frame twice (its duplicate knob, or a line that says double)."
        zh "网线把这个帧送达两次 (按设定的重复率, 或按 double 指令)。";
    1008 cable_held_back CableHeldBack { by: base::Duration } Note ""
        en "The cable holds the frame back by {by}, so that later ones may overtake it."
        zh "网线把这个帧多扣留 {by}, 后面的帧可能超过它。";
}

/// Does a reason with this code mean that the line lost the frame or spoiled it?
#[inline]
pub fn is_loss(code: u16) -> bool {
    (1001..=1006).contains(&code)
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_reason_is_whole() {
        let faults: Vec<String> =
            super::REASONS.iter().flat_map(|reason| reason.faults()).collect();
        assert!(faults.is_empty(), "{faults:?}");
    }
}
