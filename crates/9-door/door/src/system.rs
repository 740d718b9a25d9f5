//! What the operating system answers, in the reader's language.
//!
//! Its own sentences are English, whatever the reader speaks. The frequent answers are said in
//! Chinese here, with the number that a search finds; a rare one stays as the system says it.

use std::io::{Error, ErrorKind};

use base::Lang;

/// The system's answer for people.
pub fn says(error: &Error, lang: Lang) -> String {
    match (lang, chinese(error.kind())) {
        (Lang::Zh, Some(words)) => match error.raw_os_error() {
            Some(number) => format!("{words} (errno {number})"),
            None => words.to_owned(),
        },
        _ => error.to_string(),
    }
}

/// The same from a bare number.
pub fn errno_says(number: i32, lang: Lang) -> String {
    says(&Error::from_raw_os_error(number), lang)
}

fn chinese(kind: ErrorKind) -> Option<&'static str> {
    Some(match kind {
        ErrorKind::NotFound => "没有这个文件或文件夹",
        ErrorKind::PermissionDenied => "没有权限",
        ErrorKind::AlreadyExists => "已经存在",
        ErrorKind::IsADirectory => "这是文件夹, 不是文件",
        ErrorKind::NotADirectory => "路径中有一段不是文件夹",
        ErrorKind::ReadOnlyFilesystem => "文件系统是只读的",
        ErrorKind::StorageFull => "磁盘已满",
        ErrorKind::FileTooLarge => "文件太大",
        ErrorKind::AddrInUse => "地址已被占用",
        ErrorKind::AddrNotAvailable => "这台机器没有这个地址",
        ErrorKind::ConnectionRefused => "连接被拒绝",
        ErrorKind::ConnectionReset => "连接被对方重置",
        ErrorKind::ConnectionAborted => "连接被中止",
        ErrorKind::NotConnected => "没有连接",
        ErrorKind::BrokenPipe => "对方已关闭管道",
        ErrorKind::TimedOut => "超时",
        ErrorKind::Interrupted => "被中断",
        ErrorKind::OutOfMemory => "内存不足",
        ErrorKind::ResourceBusy => "正被占用",
        ErrorKind::ExecutableFileBusy => "程序文件正在被使用",
        ErrorKind::InvalidInput => "参数无效",
        ErrorKind::UnexpectedEof => "数据提前结束",
        ErrorKind::Unsupported => "系统不支持",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frequent_answer_is_said_in_the_readers_language() {
        let missing = Error::from(ErrorKind::NotFound);
        assert_eq!(says(&missing, Lang::Zh), "没有这个文件或文件夹");
        assert!(says(&missing, Lang::En).contains("not found"));
        let refused = errno_says(13, Lang::Zh);
        assert!(refused.contains("没有权限") && refused.contains("13"), "{refused}");
    }
}
