#pragma once
// The headers of a record: one a file, one a frame. doc/record-format.md describes every byte.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace tcpstat::record {

inline constexpr std::size_t kHeaderBytes = 64;
/// Raised when an older reader would read something wrong; it refuses the file then.
inline constexpr std::uint16_t kMajor = 1;
/// Raised when something is added that an older reader may skip.
inline constexpr std::uint16_t kMinor = 0;
/// Times of rows that moved by no more than this keep their old value: a dump takes tens of milliseconds and has one
/// time.
inline constexpr std::uint16_t kToleranceMs = 100;
/// No payload is larger: a length above this is damage.
inline constexpr std::uint32_t kMostRaw = 256U << 20U;

enum class FileKind : std::uint8_t { rows = 1, counts = 2 };
/// What tells that rows of two samples are of the same socket.
enum class Identity : std::uint8_t { cookie = 1, ends = 2 };

struct FileHeader {
  std::uint16_t major = kMajor;
  std::uint16_t minor = kMinor;
  FileKind kind = FileKind::rows;
  Identity identity = Identity::cookie;
  std::uint16_t tolerance_ms = 0;  ///< times that moved by no more keep their old value
  std::uint32_t interval_ms = 0;
  std::array<std::uint8_t, 16> boot_id{};
  std::uint64_t first_sample = 0;
  std::int64_t made_ns = 0;  ///< since 1970
};

enum class FrameKind : std::uint8_t {
  key = 1,         ///< a whole sample
  difference = 2,  ///< what changed since the frame before
  note = 3,        ///< samples were lost
  end = 4,         ///< the writer stopped as it should
};
enum class Codec : std::uint8_t { none = 0, zstd = 1 };

enum FrameFlag : std::uint16_t {
  partial_dump = 1,
  rows_limited = 2,
  owners_incomplete = 4,
  thinned = 8,
};

struct FrameHeader {
  FrameKind kind = FrameKind::key;
  Codec codec = Codec::none;
  std::uint16_t flags = 0;
  std::uint32_t stored = 0;  ///< bytes of the payload in the file
  std::uint32_t raw = 0;     ///< bytes of the payload when unpacked
  std::uint64_t sample = 0;
  std::int64_t wall_ns = 0;  ///< CLOCK_REALTIME
  std::int64_t boot_ns = 0;  ///< CLOCK_BOOTTIME
  std::uint32_t dump_us = 0;
  std::uint32_t sockets = 0;  ///< that the dump showed
  std::uint32_t rows = 0;     ///< of them stored
  std::uint32_t payload_crc = 0;
};

/// How many samples are missing between the sample of number `previous` and this one. Those that thinning removed are
/// not lost.
std::uint64_t lost_before(const FrameHeader& header, std::uint64_t previous);

/// The bytes of a boot id as the kernel writes it ("6f1c2b1e-…"), zeros if it is none; and the text of such bytes,
/// nothing for zeros.
std::array<std::uint8_t, 16> boot_bytes(std::string_view text);
std::optional<std::string> boot_text(const std::array<std::uint8_t, 16>& bytes);

/// CRC-32C (RFC 3720, B.4).
std::uint32_t crc32c(std::string_view bytes);

std::string encode(const FileHeader& header);
std::string encode(const FrameHeader& header);

/// `name` is the file's name in the error. Fails for another program's file, for a damaged header, and for a newer
/// major version.
Expected<FileHeader> decode_file_header(std::string_view bytes, const std::string& name);
/// Nothing if these are not the bytes of a whole frame header.
std::optional<FrameHeader> decode_frame_header(std::string_view bytes);
/// Where the next whole frame header begins, at or behind `from`; npos: nowhere.
std::size_t find_frame(std::string_view bytes, std::size_t from);

/// The bytes of a frame in the file; codec, lengths and checksum are put into `header`. Only one thread may pack.
std::string encode_frame(FrameHeader header, std::string_view payload);
/// The same without packing the payload, for payloads of a few bytes.
std::string encode_unpacked_frame(FrameHeader header, std::string_view payload);
/// The payload of a frame, unpacked; nothing where it is damaged.
std::optional<std::string> decode_payload(const FrameHeader& header, std::string_view stored);

}  // namespace tcpstat::record
