//! Why the link layer did what it did: one line of code, fate, clause and sentence per decision.

use base::MacAddr;
use core::net::IpAddr;

trace::reasons! {
    2001 bad_fcs BadFcs {} Dropped "ieee802.3#3.2.9"
        en "The frame check sequence does not match: the cable flipped bits, so the card throws the frame away."
        zh "帧校验序列 (FCS) 不符: 网线上有比特被翻转, 网卡丢弃此帧。";
    2002 other_card OtherCard { dst: MacAddr } Dropped "ieee802.3#4.1.2"
        en "The frame is for {dst}, not for this card: ignored."
        zh "此帧是给 {dst} 的, 不是给这块网卡的: 忽略。";
    2003 malformed_frame MalformedFrame { field: &'static str, why: &'static str } Dropped "ieee802.3#3.2"
        en "The Ethernet header is wrong: {field} ({why})."
        zh "以太网首部有错: {field} ({why})。";
    2004 unknown_ethertype UnknownEthertype { ethertype: u16 } Dropped "rfc1122#2.3.3"
        en "Nothing here speaks the protocol that the frame carries (EtherType {ethertype})."
        zh "本机没有哪一层懂得此帧携带的协议 (EtherType {ethertype})。";

    2010 malformed_arp MalformedArp { field: &'static str, why: &'static str } Dropped "rfc826"
        en "The ARP message is wrong: {field} ({why})."
        zh "ARP 报文有错: {field} ({why})。";
    2011 arp_answered ArpAnswered { asker: IpAddr, target: IpAddr } Consumed "rfc826"
        en "{asker} asks who has {target}: that is us, so we answer."
        zh "{asker} 问谁是 {target}: 就是本机, 于是回答。";
    2012 arp_reply_heard ArpReplyHeard { address: IpAddr, mac: MacAddr } Consumed "rfc826"
        en "The answer arrived: {address} is at {mac}."
        zh "收到回答: {address} 的硬件地址是 {mac}。";
    2013 arp_overheard ArpOverheard { address: IpAddr, mac: MacAddr } Consumed "rfc826"
        en "An ARP message about {address} at {mac} that asks nothing of us: an entry we have is kept fresh, none is made."
        zh "听到关于 {address} (硬件地址 {mac}) 的 ARP 报文, 与本机无关: 已有的表项会更新, 但不会新建。";
    2014 address_conflict AddressConflict { address: IpAddr, mac: MacAddr } Consumed "rfc5227#2.4"
        en "Address conflict: {mac} also says that it has our address {address}."
        zh "地址冲突: {mac} 也声称拥有本机的地址 {address}。";
    2015 arp_from_nobody ArpFromNobody { address: IpAddr, mac: MacAddr } Dropped "rfc1812#3.3.2"
        en "An ARP message names {address} at {mac}; no single host can have that, so we do not believe it."
        zh "ARP 报文声称 {address} 在 {mac}; 任何单个主机都不可能如此, 因此不予采信。";
    2016 arp_own_echo ArpOwnEcho {} Dropped "rfc5227#2.4"
        en "Our own ARP message came back to us: the network has a loop, or another card has our hardware address."
        zh "本机自己发出的 ARP 报文又回来了: 网络中有环路, 或另一块网卡用了相同的硬件地址。";

    2020 neighbour_state NeighbourState { address: IpAddr, state: &'static str } Note "rfc4861#7.3.2"
        en "The neighbour {address} is now {state}."
        zh "邻居 {address} 的状态变为 {state}。";
    2021 neighbour_asked NeighbourAsked { address: IpAddr, attempt: u8 } Note "rfc1122#2.3.2.1"
        en "Who has {address}? Question {attempt} of 3, at most one a second."
        zh "谁是 {address}? 第 {attempt} 次询问 (共 3 次, 每秒至多一次)。";
    2022 frame_waits FrameWaits { address: IpAddr, waiting: usize } Note "rfc1122#2.3.2.2"
        en "The hardware address of {address} is not known yet: the packet waits ({waiting} waiting)."
        zh "还不知道 {address} 的硬件地址: 分组先等待 (共 {waiting} 个在等)。";
    2023 neighbour_queue_full NeighbourQueueFull { address: IpAddr, bound: usize } Dropped "rfc4861#7.2.2"
        en "Packets that wait for the hardware address of {address} may take {bound} octets of memory: the oldest gives way."
        zh "等待 {address} 硬件地址的分组最多占用 {bound} 字节的内存: 丢弃最早的一个。";
    2024 neighbour_table_full NeighbourTableFull { address: IpAddr, bound: usize } Dropped ""
        en "All {bound} entries of the neighbour table are in use: {address} finds no room."
        zh "邻居表的 {bound} 个表项都在使用: 没有位置给 {address}。";
    2025 neighbour_changed NeighbourChanged { address: IpAddr, was: MacAddr, is: MacAddr } Note "rfc826"
        en "{address} moved from {was} to {is}: a new card, or somebody who lies."
        zh "{address} 的硬件地址由 {was} 变为 {is}: 换了网卡, 或有人冒充。";
    2026 neighbour_silent NeighbourSilent { address: IpAddr, tries: u8 } Note "rfc4861#7.3.3"
        en "{address} did not answer {tries} questions: it counts as unreachable."
        zh "{address} 对 {tries} 次询问都没有回答: 视为不可达。";
    2027 neighbour_forgotten NeighbourForgotten { address: IpAddr } Dropped ""
        en "The entry of {address} was removed while this packet waited for its hardware address."
        zh "此分组等待硬件地址时, {address} 的表项被删除。";
    2028 neighbour_unheeded NeighbourUnheeded { address: IpAddr, mac: MacAddr } Note "rfc826"
        en "{mac} says that it has {address}, but the entry was set by hand and stays."
        zh "{mac} 声称拥有 {address}, 但该表项是手工设置的, 保持不变。";
    2029 neighbour_deleted NeighbourDeleted { address: IpAddr } Note "rfc4861#7.3.3"
        en "Nobody wanted {address} since it did not answer: the entry is forgotten."
        zh "{address} 没有应答之后再无人使用: 删除该表项。";

    2040 learnt Learnt { mac: MacAddr, jack: u16 } Note "ieee802.1d#7.8"
        en "A frame from {mac} came in by jack {jack}: the switch now knows where {mac} lives."
        zh "来自 {mac} 的帧从网口 {jack} 进入: 交换机学到了 {mac} 的位置。";
    2041 moved Moved { mac: MacAddr, was: u16, is: u16 } Note "ieee802.1d#7.8"
        en "{mac} moved from jack {was} to jack {is}."
        zh "{mac} 从网口 {was} 移到了网口 {is}。";
    2042 switched Switched { dst: MacAddr, jack: u16 } Note "ieee802.1d#7.7"
        en "{dst} lives behind jack {jack}: the frame goes only there."
        zh "{dst} 在网口 {jack} 之后: 帧只从那里发出。";
    2043 flooded Flooded { dst: MacAddr, why: &'static str, jacks: u16 } Note "ieee802.1d#7.7"
        en "{dst} is {why}: the frame goes out of all {jacks} other jacks."
        zh "{dst} ({why}): 帧从其余全部 {jacks} 个网口发出 (泛洪)。";
    2044 same_jack SameJack { dst: MacAddr, jack: u16 } Dropped "ieee802.1d#7.7"
        en "{dst} lives behind jack {jack}, where the frame came from: it has heard the frame already."
        zh "{dst} 就在此帧进来的网口 {jack} 之后, 已经听到了: 不再转发。";
    2045 reserved_group ReservedGroup { dst: MacAddr } Dropped "ieee802.1d#7.12.6"
        en "{dst} is for switches themselves and is never passed on."
        zh "{dst} 是交换机之间使用的保留地址, 从不转发。";
    2046 jack_down JackDown { jack: u16 } Dropped ""
        en "Jack {jack} is down or does not exist."
        zh "网口 {jack} 已关闭或不存在。";
    2047 nowhere_to_flood NowhereToFlood { dst: MacAddr } Dropped ""
        en "The frame for {dst} should go out of all other jacks, but no other jack is up."
        zh "给 {dst} 的帧应从其余网口发出, 但没有别的网口接通。";
    2048 aged Aged { mac: MacAddr, jack: u16 } Note "ieee802.1d#7.9.2"
        en "Nothing was heard of {mac} behind jack {jack} for too long: forgotten."
        zh "太久没有听到网口 {jack} 之后的 {mac}: 忘记。";
    2049 switch_table_full SwitchTableFull { mac: MacAddr, bound: usize } Note "ieee802.1d#7.9"
        en "The table holds {bound} addresses already: {mac} is not learnt, frames to it are flooded."
        zh "地址表已有 {bound} 项: 不再学习 {mac}, 发给它的帧只能泛洪。";
    2050 jack_flushed JackFlushed { jack: u16, entries: usize } Note "ieee802.1d#7.9"
        en "Jack {jack} lost its cable: {entries} addresses behind it are forgotten."
        zh "网口 {jack} 的网线断开: 忘记其后的 {entries} 个地址。";
    2051 source_is_group SourceIsGroup { src: MacAddr } Note "ieee802.1d#7.8"
        en "The frame says it comes from {src}, which is no single card: nothing is learnt from it."
        zh "此帧自称来自 {src}, 那不是单个网卡的地址: 不从中学习。";
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_reasons_are_sound() {
        let mut codes = std::collections::BTreeSet::new();
        for reason in super::REASONS {
            assert!(reason.faults().is_empty(), "{:?}", reason.faults());
            assert!((2000..2100).contains(&reason.code) && codes.insert(reason.code));
        }
    }
}
