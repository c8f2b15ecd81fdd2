#include "record/frame.h"

#include <zstd.h>

#include <boost/crc.hpp>
#include <new>

#include "record/bytes.h"

namespace tcpstat::record {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";

constexpr std::string_view kFileMark = "TCPSTREC";
constexpr std::string_view kFrameMark = "TCF1";
constexpr std::size_t kChecked = kHeaderBytes - 4;  // the last four bytes are the checksum of those before

/// Levels above 1 save 3 to 7 % of the bytes for several times the work.
constexpr int kLevel = 1;

std::string closed(std::string header) {
  header.resize(kChecked);
  append_fixed(header, crc32c(header));
  return header;
}

bool is_whole(std::string_view header, std::string_view mark) {
  if (header.size() < kHeaderBytes || !header.starts_with(mark)) return false;
  ByteReader crc(header.substr(kChecked, 4));
  return crc.fixed<std::uint32_t>() == crc32c(header.substr(0, kChecked));
}

// Contexts are made once and never freed: a single thread writes or reads records, and making one for each of 60,000
// frames takes longer than unpacking these.
ZSTD_CCtx* compressor() {
  static ZSTD_CCtx* made = nullptr;
  if (made == nullptr) made = ZSTD_createCCtx();
  return made;
}

ZSTD_DCtx& decompressor() {
  static ZSTD_DCtx* made = nullptr;
  if (made == nullptr) made = ZSTD_createDCtx();
  if (made == nullptr) throw std::bad_alloc();
  return *made;
}

std::string frame_of(FrameHeader header, Codec codec, std::string_view stored) {
  header.codec = codec;
  header.stored = static_cast<std::uint32_t>(stored.size());
  header.payload_crc = crc32c(stored);
  return encode(header).append(stored);
}

}  // namespace

std::uint64_t lost_before(const FrameHeader& header, std::uint64_t previous) {
  if ((header.flags & thinned) != 0 || header.sample <= previous) return 0;
  return header.sample - previous - 1;
}

std::array<std::uint8_t, 16> boot_bytes(std::string_view text) {
  std::array<std::uint8_t, 16> bytes{};
  std::size_t digits = 0;
  for (const char c : text) {
    const std::size_t digit = kHexDigits.find(c);
    if (digit == std::string_view::npos || digits == 2 * bytes.size()) continue;
    std::uint8_t& byte = bytes[digits / 2];
    byte = static_cast<std::uint8_t>(static_cast<std::size_t>(byte) << 4U | digit);
    ++digits;
  }
  return bytes;
}

std::optional<std::string> boot_text(const std::array<std::uint8_t, 16>& bytes) {
  if (bytes == std::array<std::uint8_t, 16>{}) return std::nullopt;
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += kHexDigits[bytes[i] >> 4U];
    text += kHexDigits[bytes[i] & 15U];
  }
  return text;
}

std::uint32_t crc32c(std::string_view bytes) {
  boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true> checksum;
  checksum.process_bytes(bytes.data(), bytes.size());
  return checksum.checksum();
}

std::string encode(const FileHeader& header) {
  std::string to(kFileMark);
  append_fixed(to, header.major);
  append_fixed(to, header.minor);
  append_fixed(to, static_cast<std::uint32_t>(kHeaderBytes));
  append_fixed(to, static_cast<std::uint8_t>(header.kind));
  append_fixed(to, static_cast<std::uint8_t>(header.identity));
  append_fixed(to, header.tolerance_ms);
  append_fixed(to, header.interval_ms);
  for (const std::uint8_t byte : header.boot_id) append_fixed(to, byte);
  append_fixed(to, header.first_sample);
  append_fixed(to, header.made_ns);
  return closed(std::move(to));
}

std::string encode(const FrameHeader& header) {
  std::string to(kFrameMark);
  append_fixed(to, static_cast<std::uint8_t>(header.kind));
  append_fixed(to, static_cast<std::uint8_t>(header.codec));
  append_fixed(to, header.flags);
  append_fixed(to, header.stored);
  append_fixed(to, header.raw);
  append_fixed(to, header.sample);
  append_fixed(to, header.wall_ns);
  append_fixed(to, header.boot_ns);
  append_fixed(to, header.dump_us);
  append_fixed(to, header.sockets);
  append_fixed(to, header.rows);
  append_fixed(to, std::uint32_t{0});
  append_fixed(to, header.payload_crc);
  return closed(std::move(to));
}

Expected<FileHeader> decode_file_header(std::string_view bytes, const std::string& name) {
  const std::string doing = "read " + name;
  if (!bytes.starts_with(kFileMark)) return failure(doing, 0, "", "it is no file of tcpstat record");
  ByteReader reader(bytes.substr(kFileMark.size()));
  FileHeader header;
  header.major = reader.fixed<std::uint16_t>().value_or(0);
  header.minor = reader.fixed<std::uint16_t>().value_or(0);
  if (header.major > kMajor) {
    return failure(doing, 0, "read it with the tcpstat that wrote it, or a newer one",
                   "it has record format " + std::to_string(header.major) + ", and this tcpstat knows formats up to " +
                       std::to_string(kMajor));
  }
  if (!is_whole(bytes, kFileMark) || header.major == 0) return failure(doing, 0, "", "its first 64 bytes are damaged");
  reader.fixed<std::uint32_t>();
  header.kind = static_cast<FileKind>(*reader.fixed<std::uint8_t>());
  header.identity = static_cast<Identity>(*reader.fixed<std::uint8_t>());
  header.tolerance_ms = *reader.fixed<std::uint16_t>();
  header.interval_ms = *reader.fixed<std::uint32_t>();
  for (std::uint8_t& byte : header.boot_id) byte = *reader.fixed<std::uint8_t>();
  header.first_sample = *reader.fixed<std::uint64_t>();
  header.made_ns = *reader.fixed<std::int64_t>();
  return header;
}

std::optional<FrameHeader> decode_frame_header(std::string_view bytes) {
  if (!is_whole(bytes, kFrameMark)) return std::nullopt;
  ByteReader reader(bytes.substr(kFrameMark.size()));
  FrameHeader header;
  header.kind = static_cast<FrameKind>(*reader.fixed<std::uint8_t>());
  header.codec = static_cast<Codec>(*reader.fixed<std::uint8_t>());
  header.flags = *reader.fixed<std::uint16_t>();
  header.stored = *reader.fixed<std::uint32_t>();
  header.raw = *reader.fixed<std::uint32_t>();
  header.sample = *reader.fixed<std::uint64_t>();
  header.wall_ns = *reader.fixed<std::int64_t>();
  header.boot_ns = *reader.fixed<std::int64_t>();
  header.dump_us = *reader.fixed<std::uint32_t>();
  header.sockets = *reader.fixed<std::uint32_t>();
  header.rows = *reader.fixed<std::uint32_t>();
  reader.fixed<std::uint32_t>();
  header.payload_crc = *reader.fixed<std::uint32_t>();
  if (header.raw > kMostRaw || header.stored > kMostRaw) return std::nullopt;
  return header;
}

std::size_t find_frame(std::string_view bytes, std::size_t from) {
  for (std::size_t at = bytes.find(kFrameMark, from); at != std::string_view::npos;
       at = bytes.find(kFrameMark, at + 1)) {
    if (decode_frame_header(bytes.substr(at))) return at;
  }
  return std::string_view::npos;
}

std::string encode_frame(FrameHeader header, std::string_view payload) {
  // If there is no memory for packing, the payload is stored as it is.
  ZSTD_CCtx* const packer = compressor();
  std::string packed(packer == nullptr ? 0 : ZSTD_compressBound(payload.size()), '\0');
  const std::size_t size = packer == nullptr ? 0
                                             : ZSTD_compressCCtx(packer, packed.data(), packed.size(), payload.data(),
                                                                 payload.size(), kLevel);
  const bool smaller = packer != nullptr && ZSTD_isError(size) == 0 && size < payload.size();
  if (!smaller) return encode_unpacked_frame(header, payload);
  header.raw = static_cast<std::uint32_t>(payload.size());
  return frame_of(header, Codec::zstd, std::string_view(packed).substr(0, size));
}

std::string encode_unpacked_frame(FrameHeader header, std::string_view payload) {
  header.raw = static_cast<std::uint32_t>(payload.size());
  return frame_of(header, Codec::none, payload);
}

std::optional<std::string> decode_payload(const FrameHeader& header, std::string_view stored) {
  if (stored.size() != header.stored || crc32c(stored) != header.payload_crc) return std::nullopt;
  if (header.codec == Codec::none) return std::string(stored);
  if (header.codec != Codec::zstd) return std::nullopt;
  std::string raw(header.raw, '\0');
  const std::size_t size = ZSTD_decompressDCtx(&decompressor(), raw.data(), raw.size(), stored.data(), stored.size());
  if (ZSTD_isError(size) != 0 || size != raw.size()) return std::nullopt;
  return raw;
}

}  // namespace tcpstat::record
