#pragma once
// JSON for ending a document when there is no memory left to make it: fixed text, and the time.

#include <array>
#include <cstdint>
#include <string_view>

namespace tcpstat::render {

/// Text of bounded size that needs no heap.
class FixedText {
 public:
  void append(std::string_view text);
  void number(std::uint64_t value);
  [[nodiscard]] std::string_view view() const { return {data_.data(), size_}; }

 private:
  std::array<char, 2048> data_{};
  std::size_t size_ = 0;
};

/// Which keys stand beside those of every document.
enum class Needed : std::uint8_t {
  list,          ///< connections, none of them
  judgement,     ///< of check and audit: status UNKNOWN
  envelope,      ///< nothing else
  summary_line,  ///< the last line of ndjson
};

/// A whole document and its line feed. `why` is a sentence in ASCII without quotes and backslashes.
FixedText document_in_need(Needed what, std::string_view version, std::string_view why);
/// The end of a document, from `"source"` to the last brace (json_documents.h).
FixedText end_in_need(std::string_view why);

/// The `why` if memory is short.
inline constexpr std::string_view kOutOfMemory = "cannot go on: out of memory";

}  // namespace tcpstat::render
