#pragma once
// A tracefs instance of our own, with the tracepoint sock:inet_sock_set_state switched on while it lives, and with
// tcp:tcp_receive_reset where the kernel has it.
// Source: Documentation/trace/ftrace.rst, "Instances" and "per_cpu"; Documentation/trace/ring-buffer-design.rst.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/file_descriptor.h"
#include "parsers/tracefs/trace_record.h"

struct kbuffer;

namespace tcpstat::tracefs {

/// Whether an instance may be made; nothing is made.
Expected<void> may_trace();

class TraceInstance {
 public:
  using Use = std::function<void(const TraceRecord&)>;
  using IsEnough = std::function<bool()>;

  /// Makes the instance and switches the event on; removes instances of this program that a kill left behind.
  static Expected<TraceInstance> open();
  TraceInstance(TraceInstance&&) noexcept = default;
  TraceInstance& operator=(TraceInstance&&) = delete;
  ~TraceInstance();

  /// Whether it has records of kind reset.
  [[nodiscard]] bool tells_resets() const { return resets_.id != 0; }
  /// Hands over what the kernel has buffered, until it is enough for once; each processor gives a page at least. Says
  /// up to which time nothing is left there: UINT64_MAX, nothing at all. Does not wait.
  Expected<std::uint64_t> drain(const Use& use, const IsEnough& is_enough);
  /// Waits until `time` has passed or a signal came.
  static void wait(std::chrono::milliseconds time);

 private:
  struct FreePages {
    void operator()(kbuffer* pages) const;
  };

  TraceInstance() = default;
  Expected<void> write(const char* file, const char* text) const;
  void switch_resets_on(const std::string& place);
  bool decode_event(std::span<const std::byte> bytes, TraceRecord& to) const;
  Expected<std::optional<std::uint64_t>> read_page(const FileDescriptor& processor, const Use& use);
  std::uint64_t take_page(const Use& use);

  std::string directory_;  ///< empty: removed, or never made
  RecordLayout layout_;
  RecordLayout resets_;                     ///< without an id: they are not traced
  std::vector<FileDescriptor> processors_;  ///< trace_pipe_raw of each; they keep others from removing the instance
  std::unique_ptr<kbuffer, FreePages> pages_;
  std::vector<char> page_;
};

}  // namespace tcpstat::tracefs
