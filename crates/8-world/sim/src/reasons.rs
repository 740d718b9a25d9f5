//! Why a node's physical part dropped a frame, and what happened to nodes as a whole.

trace::reasons! {
    8001 ring_full RingFull { waiting: usize } Dropped ""
        en "The node is too busy: {waiting} frames wait already, this one is dropped."
        zh "节点太忙: 已有 {waiting} 帧在等待, 这一帧被丢弃。";
    8002 power_lost PowerLost {} Dropped ""
        en "The node was switched off while it held the frame."
        zh "节点持有这个帧时被关机。";
    8003 no_cable NoCable {} Note ""
        en "The frame left by a jack without a cable: it is lost."
        zh "帧从没有插线的网口发出: 它丢失了。";
    8004 powered_on PoweredOn { boot: u32 } Note ""
        en "The node is switched on (boot {boot})."
        zh "节点开机 (第 {boot} 次)。";
    8005 powered_off PoweredOff {} Note ""
        en "The node is switched off; what it knew only in memory is gone."
        zh "节点关机; 只在内存中的状态都没有了。";
    8006 link_up LinkUp {} Note ""
        en "The link is up."
        zh "链路接通。";
    8007 link_down LinkDown {} Note ""
        en "The link is down."
        zh "链路断开。";
    8008 door_full DoorFull { waiting: usize } Dropped ""
        en "The real world is slow: {waiting} frames wait at the door, this one is dropped."
        zh "外部世界太慢: 门口已有 {waiting} 帧在等待, 这一帧被丢弃。";
    8009 no_program NoProgram {} Note ""
        en "A program of the machine is not in the registry; it does not start."
        zh "机器要运行的程序不在登记表中, 没有启动。";
    8010 bad_spec BadSpec { what: &'static str } Note ""
        en "The machine refused one of its own settings ({what})."
        zh "机器拒绝了自己的一项设置 ({what})。";
    8011 script_refused ScriptRefused { why: &'static str } Note ""
        en "A line of the lab's script could not be carried out: {why}."
        zh "实验脚本中的一行无法执行: {why}。";
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
