//! Why a segment was sent, kept, refused or repeated: everything a learner may ask TCP.
//!
//! An arriving segment gets exactly one reason with a fate (Delivered, Consumed, Dropped); all
//! others are notes about decisions on the way. `retransmit` is the one name for any repetition.

use base::{Duration, Seq};

trace::reasons! {
    // Opening
    4101 syn_sent SynSent { port: u16, iss: Seq, mss: u16 } Note "rfc9293#3.10.1"
        en "Asks port {port} for a connection: SYN with initial number {iss}; takes segments of up to {mss} octets."
        zh "向端口 {port} 请求连接: 发出 SYN, 初始序号 {iss}, 最大报文段长度 {mss} 字节。";
    4102 syn_received SynReceived { port: u16, irs: Seq, waiting: usize } Consumed "rfc9293#3.10.7.2"
        en "A SYN from port {port} (number {irs}) enters the half-open queue as number {waiting}; SYN,ACK answers it."
        zh "收到来自端口 {port} 的 SYN (序号 {irs}), 放入半连接队列 (现有 {waiting} 个), 回应 SYN,ACK。";
    4103 syn_ack_received SynAckReceived { irs: Seq, ack: Seq } Note "rfc9293#3.10.7.3"
        en "SYN,ACK: the other side starts at {irs} and confirms ours by {ack}."
        zh "收到 SYN,ACK: 对方初始序号 {irs}, 用确认号 {ack} 确认了我们的 SYN。";
    4104 simultaneous_open SimultaneousOpen { irs: Seq } Note "rfc9293#3.5"
        en "Both sides sent a SYN at once (theirs is {irs}): answers SYN,ACK and waits."
        zh "双方同时发出 SYN (对方序号 {irs}): 回应 SYN,ACK 并等待。";
    4105 established Established { port: u16, mss: u16, snd_scale: u8, rcv_scale: u8 } Note "rfc9293#3.10.7.4"
        en "The connection with port {port} is open: segments of {mss} octets, window shifts {snd_scale} (theirs) and {rcv_scale} (ours)."
        zh "与端口 {port} 的连接已建立: 报文段最长 {mss} 字节, 窗口移位 {snd_scale} (对方) 和 {rcv_scale} (己方)。";
    4106 syn_ack_repeated SynAckRepeated { port: u16, tries: u8 } Note "rfc9293#3.8.3"
        en "No ACK from port {port} yet: SYN,ACK again (try {tries})."
        zh "端口 {port} 仍未回应 ACK: 第 {tries} 次重发 SYN,ACK。";
    4107 syn_duplicate SynDuplicate { port: u16, irs: Seq } Consumed "rfc9293#3.10.7.4"
        en "The same SYN {irs} from port {port} again: SYN,ACK again."
        zh "端口 {port} 的同一个 SYN ({irs}) 又来了: 再次回应 SYN,ACK。";
    4108 syn_queue_full SynQueueFull { port: u16, backlog: usize } Dropped ""
        en "The half-open queue is full ({backlog}): the SYN from port {port} is dropped; it will come again."
        zh "半连接队列已满 ({backlog} 个): 丢弃端口 {port} 的 SYN, 对方会重试。";
    4109 accept_queue_full AcceptQueueFull { port: u16, backlog: usize } Dropped ""
        en "The program is slow to accept ({backlog} connections wait): the segment from port {port} is ignored for now."
        zh "程序来不及接受连接 (已有 {backlog} 个在排队): 暂不理会端口 {port} 的报文段。";
    4110 back_to_listen BackToListen { port: u16, why: &'static str } Dropped "rfc9293#3.10.7.4"
        en "The half-open connection with port {port} is given up ({why}): back to LISTEN."
        zh "放弃与端口 {port} 的半连接 ({why}): 回到 LISTEN。";
    4111 half_open_timed_out HalfOpenTimedOut { port: u16, after: Duration } Note "rfc9293#3.8.3"
        en "Port {port} never completed the handshake; forgotten after {after}."
        zh "端口 {port} 一直没有完成握手, {after} 后放弃。";
    4112 handshake_completed HandshakeCompleted { port: u16 } Note "rfc9293#3.10.7.4"
        en "The ACK from port {port} completes the handshake: from the half-open queue to the accept queue."
        zh "端口 {port} 的 ACK 完成了握手: 从半连接队列移到全连接队列。";
    4113 syn_data_ignored SynDataIgnored { len: usize } Note "rfc9293#3.10.7.2"
        en "{len} octets came with the SYN; they are not acknowledged and will come again."
        zh "SYN 携带了 {len} 字节数据; 不予确认, 对方会重发。";
    4114 listen_refused ListenRefused { port: u16, flags: u8 } Dropped "rfc9293#3.10.7.2"
        en "Nobody is in handshake with port {port}, and this is no SYN (flags {flags}): refused."
        zh "没有与端口 {port} 的握手, 而这不是 SYN (标志 {flags}): 拒绝。";
    4115 refused Refused { port: u16 } Dropped "rfc9293#3.10.7.3"
        en "RST answers our SYN: nobody listens at port {port}."
        zh "对方用 RST 回应 SYN: 端口 {port} 没有程序在监听。";
    4116 syn_sent_ignored SynSentIgnored { flags: u8 } Dropped "rfc9293#3.10.7.3"
        en "Waiting for a SYN: a segment with flags {flags} means nothing now."
        zh "正在等待 SYN: 标志为 {flags} 的报文段此刻没有意义。";
    4117 wrong_ack_for_syn WrongAckForSyn { ack: Seq, iss: Seq } Dropped "rfc9293#3.10.7.3"
        en "It acknowledges {ack}, but our SYN has number {iss}: from an old connection; RST answers it."
        zh "确认号 {ack} 与我们的 SYN 序号 {iss} 不符: 来自旧连接; 回应 RST。";

    // Text
    4120 data_accepted DataAccepted { seq: Seq, len: u32 } Delivered "rfc9293#3.10.7.4"
        en "{len} octets from number {seq} on, in order: to the program's buffer."
        zh "从序号 {seq} 起的 {len} 字节按序到达: 放入程序的缓冲区。";
    4121 out_of_order OutOfOrder { seq: Seq, len: u32, expected: Seq } Delivered "rfc9293#3.10.7.4"
        en "{len} octets from {seq} on came early ({expected} is missing): kept, and a duplicate ACK tells."
        zh "从 {seq} 起的 {len} 字节提前到达 (缺 {expected}): 先保存, 并用重复 ACK 告知。";
    4122 hole_filled HoleFilled { to: Seq, len: u32 } Note "rfc9293#3.10.7.4"
        en "The hole is filled: {len} kept octets follow, all is here up to {to}."
        zh "空缺补上了: 之前保存的 {len} 字节接上, 现在到 {to} 为止都齐了。";
    4123 duplicate Duplicate { seq: Seq, len: u32, expected: Seq } Dropped "rfc9293#3.10.7.4"
        en "{len} octets from {seq} on are here already (next is {expected}): dropped, acknowledged again."
        zh "从 {seq} 起的 {len} 字节已收到过 (下一个应是 {expected}): 丢弃并再次确认。";
    4124 out_of_window OutOfWindow { seq: Seq, len: u32, expected: Seq, window: u32 } Dropped "rfc9293#3.10.7.4"
        en "Number {seq} ({len} long) lies outside the window, which starts at {expected} and is {window} wide."
        zh "序号 {seq} (长 {len}) 在窗口之外: 窗口从 {expected} 开始, 宽 {window}。";
    4125 window_closed WindowClosed { seq: Seq, len: u32 } Dropped "rfc9293#3.10.7.4"
        en "The buffer is full: {len} octets from {seq} on are refused; the ACK repeats that the window is closed."
        zh "缓冲区已满: 拒收从 {seq} 起的 {len} 字节, ACK 重申窗口为零。";
    4126 out_of_order_full ReassemblyFull { seq: Seq, len: u32 } Dropped ""
        en "Too many holes already: {len} octets from {seq} on are dropped."
        zh "空缺太多: 丢弃从 {seq} 起的 {len} 字节。";
    4127 probe_answered ProbeAnswered { seq: Seq } Consumed "rfc9293#3.8.4"
        en "An old number {seq} on purpose: a probe that asks whether we are here; an ACK answers."
        zh "故意使用旧序号 {seq}: 这是探测我们是否还在; 用 ACK 回应。";
    4128 text_after_fin TextAfterFin { len: u32 } Dropped "rfc9293#3.10.7.4"
        en "{len} octets after the other side's FIN: ignored."
        zh "对方发出 FIN 之后又来了 {len} 字节: 忽略。";
    4129 text_after_close TextAfterClose { len: u32 } Dropped "rfc9293#3.10.4"
        en "{len} octets for a program that has closed: nobody will read them, RST says so."
        zh "程序已关闭, 又来了 {len} 字节: 没有人会读, 用 RST 告知。";
    4130 ack_delayed AckDelayed { by: Duration } Note "rfc9293#3.8.6.3"
        en "The ACK may wait {by} for data or a second segment to travel with."
        zh "ACK 最多等 {by}, 好与数据或下一个报文段的确认合并。";
    4131 ack_timer AckTimer {} Note "rfc9293#3.8.6.3"
        en "Nothing came to travel with: the delayed ACK leaves alone."
        zh "没有等到同行者: 延迟的 ACK 单独发出。";
    4132 zero_window_told ZeroWindowTold { waiting: u32 } Note "rfc9293#3.8.6"
        en "{waiting} octets wait to be read: tells the other side to stop (window 0)."
        zh "有 {waiting} 字节待读取: 告诉对方停止发送 (窗口为 0)。";
    4133 window_update WindowUpdate { free: u32 } Note "rfc9293#3.8.6.2.2"
        en "The program has read: {free} octets are free again, an ACK tells."
        zh "程序读取了数据: 又有 {free} 字节空闲, 用 ACK 告知。";
    4134 urgent_in_line UrgentInLine { pointer: u16 } Note "rfc9293#3.8.5"
        en "Urgent pointer {pointer}: the data stays in line with all other."
        zh "紧急指针 {pointer}: 数据仍与其他数据一起按序交付。";

    // Acknowledgements and sending
    4140 ack_received AckReceived { ack: Seq, window: u32 } Consumed "rfc9293#3.10.7.4"
        en "Acknowledges everything before {ack}; the window is {window}."
        zh "确认了 {ack} 之前的所有数据; 窗口为 {window}。";
    4141 ack_advanced AckAdvanced { una: Seq, acked: u32, in_flight: u32, cwnd: u32, srtt: Duration } Note "rfc9293#3.10.7.4"
        en "{acked} octets have arrived (all before {una}); {in_flight} are still on their way, the congestion window is {cwnd}; a round trip takes about {srtt}."
        zh "{acked} 字节已到达 ({una} 之前的全部); 还有 {in_flight} 字节在途, 拥塞窗口为 {cwnd}; 往返时间约 {srtt}。";
    4142 dup_ack DupAck { ack: Seq, count: u32 } Note "rfc5681#3.2"
        en "Duplicate ACK number {count} for {ack}: something behind it arrived, it did not."
        zh "第 {count} 个重复 ACK ({ack}): 后面的到了, 它还没到。";
    4143 fast_retransmit FastRetransmit { seq: Seq, cwnd: u32, ssthresh: u32 } Note "rfc6675#5"
        en "Enough signs that {seq} is lost: repeats it at once; the congestion window falls to {cwnd}."
        zh "足够的迹象表明 {seq} 丢失: 立即重传; 拥塞窗口降为 {cwnd} (阈值 {ssthresh})。";
    4144 retransmit Retransmit { seq: Seq, len: u32, cause: &'static str } Note "rfc9293#3.8.1"
        en "Sends {len} octets from {seq} on again ({cause})."
        zh "重传从 {seq} 起的 {len} 字节 ({cause})。";
    4145 retransmit_timeout RetransmitTimeout { seq: Seq, rto: Duration, tries: u8, cwnd: u32 } Note "rfc6298#5"
        en "No ACK for {seq} in time: repeats it (try {tries}) and waits {rto} next; the congestion window is {cwnd}."
        zh "{seq} 超时未确认: 第 {tries} 次重传, 下次等待 {rto}; 拥塞窗口为 {cwnd}。";
    4146 recovered Recovered { una: Seq, cwnd: u32 } Note "rfc6675#5"
        en "The loss is repaired up to {una}; the congestion window is {cwnd}."
        zh "丢失已修复到 {una}; 拥塞窗口为 {cwnd}。";
    4147 zero_window ZeroWindow { seq: Seq } Note "rfc9293#3.8.6.1"
        en "The other side's buffer is full: nothing more may be sent from {seq} on."
        zh "对方缓冲区已满: 从 {seq} 起暂停发送。";
    4148 probe Probe { seq: Seq, next: Duration } Note "rfc9293#3.8.6.1 MUST-36"
        en "Is the window still closed? A probe with octet {seq}; the next one in {next}."
        zh "窗口还是零吗? 用字节 {seq} 探测; {next} 后再次探测。";
    4149 window_opened WindowOpened { window: u32 } Note "rfc9293#3.8.6"
        en "The other side takes {window} octets again."
        zh "对方又能接收 {window} 字节。";
    4150 nagle_waits NagleWaits { len: u32 } Note "rfc9293#3.7.4"
        en "{len} octets wait: a small segment is still unacknowledged (Nagle)."
        zh "{len} 字节先等一等: 还有一个小报文段未确认 (Nagle 算法)。";
    4151 ack_too_old AckTooOld { ack: Seq, una: Seq } Dropped "rfc5961#5.2"
        en "Acknowledges {ack}, long before {una}: too old to be true, a challenge ACK answers."
        zh "确认号 {ack} 远早于 {una}: 不可信, 回应挑战 ACK。";
    4152 ack_of_unsent AckOfUnsent { ack: Seq, nxt: Seq } Dropped "rfc9293#3.10.7.4"
        en "Acknowledges {ack}, but we have sent only up to {nxt}: an ACK answers."
        zh "确认号 {ack} 超过了已发送的 {nxt}: 回应 ACK。";
    4153 no_ack NoAck {} Dropped "rfc9293#3.10.7.4"
        en "A segment without the ACK bit in an open connection: dropped."
        zh "连接中的报文段没有 ACK 标志: 丢弃。";
    4154 mss_shrinks MssShrinks { mss: u16 } Note "rfc1191#6.4"
        en "A router takes no packets that long: segments of {mss} octets from now on."
        zh "路径上的路由器不接受这么长的分组: 报文段改为 {mss} 字节。";
    4155 sack_reneged SackReneged { una: Seq } Note "rfc2018#8"
        en "What was reported as received may be gone: everything from {una} on is sent again."
        zh "对方曾报告收到的数据可能已丢弃: 从 {una} 起全部重发。";
    4156 reordering_seen ReorderingSeen {} Note "rfc8985#6.2"
        en "A segment arrived after later ones without having been repeated: this path reorders, so what is overtaken gets time before it counts as lost."
        zh "有报文段比后发的晚到, 而且从未重发: 这条路径会乱序, 以后被超过的报文段先等一等再判为丢失。";
    4157 recovery_undone RecoveryUndone { cwnd: u32 } Note "rfc2883#5"
        en "Every repetition was received twice, so nothing had been lost: the congestion window is {cwnd} octets again."
        zh "每个重发的报文段对方都收到了两次, 其实什么也没丢: 拥塞窗口恢复为 {cwnd} 字节。";

    // Closing
    4160 fin_sent FinSent { seq: Seq } Note "rfc9293#3.10.4"
        en "FIN (number {seq}): we have nothing more to send."
        zh "发出 FIN (序号 {seq}): 我方数据已发完。";
    4161 fin_received FinReceived { seq: Seq, state: &'static str } Note "rfc9293#3.10.7.4"
        en "FIN: the other side sends nothing after {seq}; now {state}."
        zh "收到 FIN: 对方在 {seq} 之后不再发送; 进入 {state}。";
    4162 fin_acked FinAcked { state: &'static str } Note "rfc9293#3.10.7.4"
        en "Our FIN is acknowledged; now {state}."
        zh "我方的 FIN 已被确认; 进入 {state}。";
    4163 time_wait TimeWait { span: Duration } Note "rfc9293#3.6.1"
        en "Both sides are done: waits {span} until old segments have died."
        zh "双方都已关闭: 等待 {span}, 让旧报文段消失。";
    4164 time_wait_over TimeWaitOver {} Note "rfc9293#3.10.8"
        en "2 MSL are over: the connection is forgotten."
        zh "2 MSL 已过: 连接彻底结束。";
    4165 time_wait_segment TimeWaitSegment { seq: Seq } Consumed "rfc9293#3.10.7.4"
        en "The other side repeats {seq}: our last ACK was lost; acknowledged again, 2 MSL start anew."
        zh "对方重发 {seq}: 最后的 ACK 丢了; 再次确认, 2 MSL 重新计时。";
    4166 time_wait_reset TimeWaitReset { seq: Seq } Dropped "rfc1337#3"
        en "A RST ({seq}) does not cut TIME-WAIT short."
        zh "RST ({seq}) 不能提前结束 TIME-WAIT。";
    4167 orphan_timed_out OrphanTimedOut { after: Duration } Note ""
        en "The program has closed and the other side never finished: forgotten after {after}."
        zh "程序已关闭而对方一直没有结束: {after} 后放弃。";
    4168 no_connection NoConnection {} Dropped "rfc9293#3.10.7.1"
        en "The connection is closed: the segment belongs to nobody."
        zh "连接已关闭: 报文段不属于任何连接。";

    // Trouble and attacks
    4170 reset_sent ResetSent { seq: Seq, why: &'static str } Note "rfc9293#3.10.5"
        en "Ends the connection at once: RST {seq} ({why})."
        zh "立即终止连接: 发出 RST {seq} ({why})。";
    4171 reset_received ResetReceived { seq: Seq } Dropped "rfc9293#3.10.7.4"
        en "RST with exactly the expected number {seq}: the connection is gone."
        zh "收到序号恰好为 {seq} 的 RST: 连接终止。";
    4172 reset_challenged ResetChallenged { seq: Seq, expected: Seq } Dropped "rfc5961#3.2"
        en "RST {seq} lies in the window but is not {expected}: perhaps forged, a challenge ACK asks."
        zh "RST {seq} 在窗口内但不是 {expected}: 可能是伪造的, 用挑战 ACK 询问。";
    4173 syn_challenged SynChallenged { seq: Seq } Dropped "rfc5961#4.2"
        en "A SYN ({seq}) in an open connection: perhaps forged, a challenge ACK asks."
        zh "已建立的连接收到 SYN ({seq}): 可能是伪造的, 用挑战 ACK 询问。";
    4174 challenge_ack ChallengeAck { count: u8 } Note "rfc5961#7"
        en "Challenge ACK number {count} in this second."
        zh "本秒内第 {count} 个挑战 ACK。";
    4175 challenge_limited ChallengeLimited {} Note "rfc5961#7"
        en "Enough challenge ACKs for this second: no answer."
        zh "本秒内的挑战 ACK 已够多: 不再回应。";
    4176 paws_drop PawsDrop { seq: Seq, value: u32, recent: u32 } Dropped "rfc7323#5.3"
        en "Its timestamp {value} is older than {recent}: a segment from the past (PAWS)."
        zh "时间戳 {value} 比 {recent} 更旧: 来自过去的报文段 (PAWS)。";
    4177 timestamp_missing TimestampMissing { seq: Seq } Dropped "rfc7323#3.2"
        en "Both sides agreed on timestamps, {seq} has none: dropped."
        zh "双方约定使用时间戳, 而 {seq} 没有: 丢弃。";
    4178 connection_timed_out ConnectionTimedOut { after: Duration, state: &'static str } Note "rfc9293#3.8.3"
        en "No answer for {after} in {state}: given up."
        zh "在 {state} 状态下 {after} 没有回应: 放弃连接。";
    4179 keepalive_sent KeepaliveSent { tries: u8 } Note "rfc9293#3.8.4"
        en "Long silence: is the other side still there? Probe {tries}."
        zh "很久没有消息: 对方还在吗? 第 {tries} 次探测。";
    4180 icmp_soft IcmpSoft {} Note "rfc9293#3.9.2.2 MUST-56"
        en "An ICMP error that may pass: remembered, the connection goes on."
        zh "暂时性的 ICMP 差错: 记下, 连接继续。";
    4181 icmp_hard IcmpHard {} Note "rfc5461#4.1"
        en "An ICMP error says that nobody is there: the attempt to connect ends."
        zh "ICMP 差错说明对方不存在: 连接尝试结束。";
    4182 icmp_ignored IcmpIgnored { seq: Seq } Note "rfc5927#4.1"
        en "An ICMP error quotes {seq}, which is not in flight: forged or late, ignored."
        zh "ICMP 差错引用的 {seq} 并不在途: 伪造或迟到, 忽略。";
    4183 half_open_recycled HalfOpenRecycled { port: u16, after: Duration } Note "rfc4987#3.4"
        en "The half-open queue is full: port {port}, which has not answered for {after}, gives way to a newcomer."
        zh "半连接队列已满: 端口 {port} 已有 {after} 没有回应, 让位给新来者。";
    4184 state State { port: u16, peer_port: u16, is: &'static str } Note "rfc9293#3.3.2"
        en "The connection of port {port} with port {peer_port} over there is now {is}."
        zh "本机端口 {port} 与对方端口 {peer_port} 的连接现在处于 {is} 状态。";
}

#[cfg(test)]
mod tests {
    use super::REASONS;

    #[test]
    fn every_reason_is_whole_and_has_a_code_of_its_own() {
        let faults: Vec<String> = REASONS.iter().flat_map(|reason| reason.faults()).collect();
        assert!(faults.is_empty(), "{faults:?}");
        assert!(REASONS.windows(2).all(|pair| pair[0].code < pair[1].code));
    }
}
