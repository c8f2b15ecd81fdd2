#pragma once
// Bytes on their way out: one block of memory that is written to a descriptor when full, or that grows when it has
// none. All output of the program goes through one of these; it never allocates per row.
// It knows nothing of formats, columns or escaping.

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <type_traits>

namespace tcpstat::inline base {

/// Room for any integer.
inline constexpr std::size_t kMostDigits = 24;

/// Writes a number of at least two digits in decimal into room for kMostDigits; returns its end.
char* write_digits(char* to, std::uint64_t value);

/// Writes a number in decimal into room for kMostDigits; returns its end. Most numbers of a row are zero.
template <typename Integer>
char* write_number(char* to, Integer value) {
  const auto magnitude = static_cast<std::make_unsigned_t<Integer>>(value);
  if (magnitude < 10) {
    *to = static_cast<char>('0' + value);
    return to + 1;
  }
  if constexpr (std::is_unsigned_v<Integer>) {
    return write_digits(to, value);
  } else {
    return std::to_chars(to, to + kMostDigits, value).ptr;
  }
}

class TextBuffer {
 public:
  static constexpr std::size_t kBlock = 64 * 1024;

  /// A buffer that only grows in memory.
  TextBuffer() : TextBuffer(-1, 256) {}
  /// A buffer that is written to `fd` (borrowed) whenever a block is full, and by flush().
  explicit TextBuffer(int fd) : TextBuffer(fd, kBlock) {}
  TextBuffer(const TextBuffer& other);
  TextBuffer(TextBuffer&&) noexcept = default;
  TextBuffer& operator=(const TextBuffer& other) { return *this = TextBuffer(other); }
  TextBuffer& operator=(TextBuffer&&) noexcept = default;
  ~TextBuffer() = default;

  void append(std::string_view text) {
    if (text.empty()) return;  // it may point to nothing, which memcpy() must not be given
    if (text.size() > capacity_ - size_) {
      append_slowly(text);
      return;
    }
    std::memcpy(data_.get() + size_, text.data(), text.size());
    size_ += text.size();
  }
  void append(char c) {
    if (size_ == capacity_) make_room(1);
    data_[size_++] = c;
  }
  void append(std::size_t count, char c) {
    while (count > 0) {
      if (size_ == capacity_) make_room(1);
      const std::size_t part = count < capacity_ - size_ ? count : capacity_ - size_;
      std::memset(data_.get() + size_, c, part);
      size_ += part;
      count -= part;
    }
  }
  /// Room for `count` bytes that the caller fills and then takes with commit().
  [[nodiscard]] char* reserve(std::size_t count) {
    if (count > capacity_ - size_) make_room(count);
    return data_.get() + size_;
  }
  /// Everything before `end`, a pointer into what reserve() gave, becomes part of the text.
  void commit(const char* end) { size_ = static_cast<std::size_t>(end - data_.get()); }

  template <typename Integer>
  void number(Integer value) {
    commit(write_number(reserve(kMostDigits), value));
  }

  /// What is in memory and not yet written.
  [[nodiscard]] std::string_view view() const { return {data_.get(), size_}; }
  [[nodiscard]] std::size_t size() const { return size_; }
  void clear() {
    size_ = 0;
    unit_ = std::min<std::ptrdiff_t>(unit_, 0);
  }
  /// Forgets everything after the first `size` bytes; only for buffers in memory.
  void shrink(std::size_t size) { size_ = size; }

  /// The text up to here ends with a whole unit: a row, or what stands before the first row. After the first call a
  /// full block is written only up to the end of the last unit, so that the output never ends within one.
  void end_unit() { unit_ = static_cast<std::ptrdiff_t>(size_); }
  /// Drops what came after the last end_unit(); everything stays if there was none.
  void drop_unit() {
    if (unit_ >= 0) size_ = static_cast<std::size_t>(unit_);
  }
  /// The end of the document follows: from now on a full block is written whole, so that the buffer need not grow.
  void end_units() {
    drop_unit();
    unit_ = -1;
  }

  /// Writes what a buffer in memory holds.
  void write_to(int fd) {
    fd_ = fd;
    flush();
  }
  /// Writes what is there. False when this or any earlier write failed; error() then tells why.
  bool flush();
  /// The errno of the first failed write, 0 if none failed. After one, output is dropped.
  [[nodiscard]] int error() const { return error_; }
  [[nodiscard]] std::uint64_t bytes_written() const { return written_; }

 private:
  TextBuffer(int fd, std::size_t capacity)
      : fd_(fd), capacity_(capacity), data_(std::make_unique_for_overwrite<char[]>(capacity)) {}

  void make_room(std::size_t count);
  void write_out(std::size_t count);
  void append_slowly(std::string_view text);

  int fd_ = -1;
  int error_ = 0;
  std::size_t size_ = 0;
  std::ptrdiff_t unit_ = -1;  ///< where the last unit ends; negative: end_unit() was never called
  std::uint64_t written_ = 0;
  std::size_t capacity_;
  std::unique_ptr<char[]> data_;  ///< not initialised: pages that are never filled are never mapped
};

}  // namespace tcpstat::inline base
